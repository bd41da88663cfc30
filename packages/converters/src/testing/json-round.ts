/** Reading and writing JSON with both kinds of converter. */
import { DataError, type RawConfig, type Schema } from '@penstock/core'
import { jsonConverter } from '../json-converter.ts'

export function converter(raw: RawConfig = {}) {
  if (jsonConverter.kind !== 'converter') throw new Error('not a converter')
  return jsonConverter.create(jsonConverter.config.parse(raw), 'value')
}
export const schemaless = converter({ 'schemas.enable': 'false' })
export const enveloped = converter()

export function read(text: string | Uint8Array, of = enveloped) {
  return of.toConnectData('t', Buffer.from(text as string))
}
export function write(valueSchema: Schema | null, value: unknown, of = enveloped): string | undefined {
  return of.fromConnectData('t', valueSchema, value)?.toString()
}
export function envelope(schemaText: string, payload: string): string {
  return `{"schema":${schemaText},"payload":${payload}}`
}
// As a JVM worker writes it.
export const sample =
  '{"schema":{"type":"struct","fields":[{"type":"int8","optional":false,"field":"i8"},{"type":"float","optional":false,"field":"f"},' +
  '{"type":"string","optional":true,"default":"dflt","field":"s"},' +
  '{"type":"array","items":{"type":"int32","optional":false},"optional":false,"field":"arr"},' +
  '{"type":"map","keys":{"type":"int32","optional":false},"values":{"type":"string","optional":false},"optional":true,"field":"m2"},' +
  '{"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal","version":1,"parameters":{"scale":"2"},"field":"dec"},' +
  '{"type":"int32","optional":false,"name":"org.apache.kafka.connect.data.Date","version":1,"field":"date"},' +
  '{"type":"int64","optional":false,"name":"org.apache.kafka.connect.data.Timestamp","version":1,"field":"ts"}],' +
  '"optional":false,"name":"com.ex.Rec","version":2,"doc":"a doc","parameters":{"p":"q"}},' +
  '"payload":{"i8":1,"f":1.5,"s":"dflt","arr":[1,2],"m2":[[7,"x"]],"dec":"BNI=","date":3,"ts":1700000000123}}'

/** What comes of a call: the result or a DataError. Anything else fails the test. */
export function outcome(call: () => unknown): unknown {
  try {
    return call()
  } catch (error) {
    if (error instanceof DataError) return error
    throw error
  }
}
