/** The small log events as Avro, framed as schema registries ask for. */
import { logEvents } from './log-events.ts'

const text = ['timestamp', 'level', 'service', 'host', 'trace', 'message'] as const

const avroSchema = JSON.stringify({
  type: 'record',
  name: 'LogEvent',
  fields: [
    ...text.map((name) => ({ name, type: 'string' })),
    { name: 'took_ms', type: 'double' },
    { name: 'status', type: 'int' },
  ],
})

export function* avroEvents(count: number, schemaId: number): Iterable<Buffer> {
  const framing = Buffer.alloc(5)
  framing.writeUInt32BE(schemaId, 1)
  for (const json of logEvents('small', count)) {
    const { '@timestamp': timestamp, ...event } = JSON.parse(json) as Record<string, string | number>
    const fields = { timestamp, ...event } as Record<string, string | number>
    const took = Buffer.alloc(8)
    took.writeDoubleLE(Number(fields.took_ms))
    yield Buffer.concat([
      framing,
      ...text.flatMap((name) => {
        const bytes = Buffer.from(String(fields[name]))
        return [zigzag(bytes.length), bytes]
      }),
      took,
      zigzag(Number(fields.status)),
    ])
  }
}

/** A number of Avro: zigzag, seven bits to a byte, least first. */
function zigzag(value: number): Buffer {
  const bytes: number[] = []
  let rest = value * 2
  while (rest > 0x7f) {
    bytes.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  return Buffer.from([...bytes, rest])
}

/** Registers the schema for the values of a topic; resolves with its id. */
export async function registerAvroSchema(registryUrl: string, topic: string): Promise<number> {
  const response = await fetch(`${registryUrl}/subjects/${topic}-value/versions`, {
    method: 'POST',
    headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
    body: JSON.stringify({ schema: avroSchema }),
  })
  if (!response.ok) throw new Error(`registering a schema: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { id: number }).id
}
