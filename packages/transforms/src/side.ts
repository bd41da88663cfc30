import type { ConnectRecord, Plugin, SchemaAndValue } from '@penstock/core'

/** Which half of a record a transformation works on: the `$Key` or `$Value` of its name. */
export type Side = 'Key' | 'Value'

export function read(record: ConnectRecord, side: Side): SchemaAndValue {
  return side === 'Key' ? record.key : record.value
}

export function replaced<R extends ConnectRecord<R>>(record: R, side: Side, next: SchemaAndValue): R {
  return record.with(side === 'Key' ? { key: next } : { value: next })
}

/** The two plugins of a transformation that has a form for keys and one for values. */
export function forKeyAndValue(define: (side: Side) => Plugin): readonly [Plugin, Plugin] {
  return [define('Key'), define('Value')]
}
