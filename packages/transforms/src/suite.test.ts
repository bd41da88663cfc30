import { Lazy, type RawConfig, SinkRecord, Struct, schema } from '@penstock/core'
import { fakeTransformationContext, predicateSuite, sinkRecord, transformationSuite } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import plugins from './index.ts'

/** The smallest configuration of each plugin that does something. */
const configs: Readonly<Record<string, RawConfig>> = {
  Deduplicate: { field: 'a' },
  Ecs: { fields: 'a:host.name,b:labels.b', 'event.record.fields': 'id,sequence,original', tags: 't' },
  Enrich: { lookup: 'topic', topic: 'table', 'key.field': 'a', 'target.field': 'found' },
  ExtractWithRegex: { field: 'a', regex: '(?<n>.)' },
  ParseJson: { field: 'a' },
  Redact: { fields: 'a', pattern: 'x' },
  RenameByRegex: { regex: 'a', replacement: 'z' },
  Split: { field: 'b' },
  TimestampNow: { field: 'now', 'record.timestamp': 'true' },
  Cast: { spec: 'a:string' },
  DropHeaders: { headers: 'h' },
  ExtractField: { field: 'a' },
  Filter: {},
  Flatten: {},
  HeaderFrom: { fields: 'a', headers: 'x', operation: 'move' },
  HoistField: { field: 'z' },
  InsertHeader: { header: 'h', 'value.literal': '12' },
  InsertField: { 'topic.field': 't', 'timestamp.field': 'ts', 'offset.field': 'o' },
  MaskField: { fields: 'a,absent' },
  RegexRouter: { regex: '(.*)', replacement: 'new-$1' },
  ReplaceField: { exclude: 'b', renames: 'a:z' },
  ReplaceWithRegex: { field: 'a', regex: '(?<n>.)', replacement: '-' },
  SetSchemaMetadata: { 'schema.name': 'n' },
  TimestampConverter: { field: 'a', 'target.type': 'Timestamp', format: 'yyyy' },
  TimestampRouter: {},
  ValueToKey: { fields: 'a' },
  HasHeaderKey: { name: 'h' },
  RecordIsTombstone: {},
  TopicNameMatches: { pattern: 'to.*' },
}

const context = fakeTransformationContext(
  { table: { x: '{"name":"X"}', y: 'no JSON' } },
  { now: () => 1_700_000_000_000 },
)

const of = schema.struct([
  ['a', schema.string()],
  ['b', schema.array(schema.int8(), { optional: true })],
])
const values = [
  null,
  5,
  'text',
  [],
  {},
  Object.freeze({ a: 'x', b: Object.freeze([1]) }),
  { a: 1 },
  { a: null },
  { a: Buffer.of(1) },
]
const samples: SinkRecord[] = [
  ...values.map((value) => sinkRecord({ key: value, value })),
  sinkRecord({
    value: new Struct(of, { a: 'x', b: [1] }),
    valueSchema: of,
    key: new Struct(of, { a: 'y' }),
    keySchema: of,
  }),
  sinkRecord({ value: null, valueSchema: of, key: 'k', keySchema: schema.string() }),
  sinkRecord({ timestamp: null, headers: [{ name: 'h', schema: null, value: 1 }] }),
  new SinkRecord(
    sinkRecord().origin,
    Lazy.of({ schema: null, value: null }),
    Lazy.from(() => ({ schema: null, value: { a: 'x' } }), null),
    [],
  ),
]

for (const plugin of plugins) {
  describe(plugin.name, () => {
    const raw = configs[plugin.name.split('$')[0] as string]
    test('is among those tested', () => expect(raw).toBeDefined())
    const cases =
      plugin.kind === 'transformation'
        ? transformationSuite(plugin, raw ?? {}, samples, context)
        : plugin.kind === 'predicate'
          ? predicateSuite(plugin, raw ?? {}, samples)
          : []
    for (const { name, check } of cases) test(name, check)
  })
}
