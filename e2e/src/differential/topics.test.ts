/** The same connectors over the same input leave the same records in topics, files and the internal topics. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  findJvmConnect,
  NotYet,
  type RecordToProduce,
  readRecords,
  type StoredRecord,
  until,
} from '../harness/index.ts'
import { type BothWorkers, SIDE, type SideName, startBoth } from './both-workers.ts'
import { Comparison } from './comparison.ts'

const jvm = await findJvmConnect()
const SIDES = ['jvm', 'our'] as const
const LINES = [
  'one',
  '',
  ' two ',
  '{"a":1}',
  'höhe \u{1F6B0}',
  'tab\tand "quotes" \\ \u0001',
  'a,b,c',
  '12',
  '1.5',
  'null',
  'last',
]
const SMT = 'org.apache.kafka.connect.transforms'
const JSON_CONVERTER = 'org.apache.kafka.connect.json.JsonConverter'
const STRING_CONVERTER = 'org.apache.kafka.connect.storage.StringConverter'
const converter = (side: string, name: string) => ({
  [`${side}.converter`]: `org.apache.kafka.connect.converters.${name}Converter`,
})

const sources: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  text: { 'value.converter': STRING_CONVERTER },
  envelopes: { 'value.converter': JSON_CONVERTER, 'key.converter': JSON_CONVERTER },
  plain: { 'value.converter': JSON_CONVERTER, 'value.converter.schemas.enable': 'false' },
  fields: {
    'value.converter': JSON_CONVERTER,
    transforms: 'hoist,insert,key,extract,header,route',
    'transforms.hoist.type': `${SMT}.HoistField$Value`,
    'transforms.hoist.field': 'line',
    'transforms.insert.type': `${SMT}.InsertField$Value`,
    'transforms.insert.topic.field': 'topic',
    'transforms.insert.static.field': 'place!',
    'transforms.insert.static.value': 'here',
    'transforms.key.type': `${SMT}.ValueToKey`,
    'transforms.key.fields': 'line,place',
    'transforms.extract.type': `${SMT}.ExtractField$Key`,
    'transforms.extract.field': 'line',
    'transforms.header.type': `${SMT}.InsertHeader`,
    'transforms.header.header': 'h',
    'transforms.header.value.literal': '[1,2]',
    'transforms.route.type': `${SMT}.RegexRouter`,
    'transforms.route.regex': '(.*)-raw',
    'transforms.route.replacement': '$1',
  },
}

const json = (value: unknown) => ({
  key: `key ${String(value)}`,
  value: typeof value === 'string' ? value : JSON.stringify(value),
})
const sinks: Readonly<
  Record<string, { config: Readonly<Record<string, string>>; records: readonly RecordToProduce[] }>
> = {
  plainSink: {
    config: { 'value.converter': JSON_CONVERTER, 'value.converter.schemas.enable': 'false' },
    records: [
      json('text'),
      json('{'),
      json({ one: 1 }),
      json([1, 2.5, null]),
      json('"text"'),
      { key: null, value: null },
      json('\u00ff'),
    ],
  },
  envelopeSink: {
    config: { 'value.converter': JSON_CONVERTER },
    records: [
      json({ schema: { type: 'string' }, payload: 'x' }),
      json({ schema: { type: 'int32' }, payload: 7 }),
      json({ schema: { type: 'int32' }, payload: null }),
      json({ payload: 7 }),
      json(
        '{"schema":{"type":"struct","fields":[{"type":"int64","field":"a"},{"type":"double","optional":true,"field":"b"}]},"payload":{"a":9007199254740993,"b":1}}',
      ),
      json({ schema: { type: 'nothing' }, payload: 7 }),
    ],
  },
  numberSink: {
    config: { ...converter('value', 'Integer'), 'key.converter': STRING_CONVERTER },
    records: [{ value: Buffer.from([0, 0, 1, 0]) }, { value: Buffer.from([1, 2]) }, { value: null }],
  },
  transformedSink: {
    config: {
      'value.converter': JSON_CONVERTER,
      'value.converter.schemas.enable': 'false',
      transforms: 'cast,only',
      'transforms.cast.type': `${SMT}.Cast$Value`,
      'transforms.cast.spec': 'a:int8',
      'transforms.only.type': `${SMT}.ReplaceField$Value`,
      'transforms.only.include': 'a',
    },
    records: [json({ a: 300, b: 1 }), json({ a: 'x' }), json({ a: '5' }), json(5), { value: null }],
  },
}

describe.skipIf(!jvm)('beside Kafka Connect', () => {
  let both: BothWorkers
  const comparison = new Comparison('topics')
  const names = [...Object.keys(sources), ...Object.keys(sinks)]

  beforeAll(async () => {
    if (jvm) both = await startBoth(jvm, { 'offset.flush.interval.ms': '500' })
    for (const side of SIDES) await writeFile(join(both.folder, `${side}-in.txt`), `${LINES.join('\n')}\n`)
    for (const [name, config] of Object.entries(sources)) {
      await both.createTopics(`${SIDE}${name}`)
      await create(name, {
        'connector.class': 'FileStreamSource',
        file: join(both.folder, `${SIDE}in.txt`),
        topic: `${SIDE}${name === 'fields' ? 'fields-raw' : name}`,
        ...config,
      })
    }
    for (const [name, { config, records }] of Object.entries(sinks)) {
      for (const topic of [name, `${name}-dead`]) await both.createTopics(`${SIDE}${topic}`)
      for (const side of SIDES) await both.cluster.produce(both.at(side, `${SIDE}${name}`), records)
      await create(name, {
        'connector.class': 'FileStreamSink',
        file: join(both.folder, `${SIDE}${name}.txt`),
        topics: `${SIDE}${name}`,
        'errors.tolerance': 'all',
        'errors.deadletterqueue.topic.name': `${SIDE}${name}-dead`,
        'errors.deadletterqueue.topic.replication.factor': '1',
        'errors.deadletterqueue.context.headers.enable': 'true',
        ...config,
      })
    }
  })
  afterAll(async () => {
    await both?.[Symbol.asyncDispose]()
  })

  async function create(name: string, config: Readonly<Record<string, string>>): Promise<void> {
    const answers = await both.ask({
      method: 'PUT',
      path: `/connectors/${SIDE}${name}/config`,
      body: { 'tasks.max': '1', ...config },
    })
    expect([answers.jvm.status, answers.our.status], JSON.stringify(answers)).toEqual([201, 201])
  }

  test.each(Object.keys(sources))('records of the source %s', async (name) => {
    for (const side of SIDES) await untilRecords(both.at(side, `${SIDE}${name}`), LINES.length)
    const [java, ours] = await Promise.all(SIDES.map((side) => readRecords(both.at(side, `${SIDE}${name}`))))
    expect(ours?.map((record) => shown('our', record))).toEqual(java?.map((record) => shown('jvm', record)))
  })

  test.each(Object.keys(sinks))('what the sink %s writes, and what it can not', async (name) => {
    const count = sinks[name]?.records.length ?? 0
    const done = both.untilBoth(
      { method: 'GET', path: `/connectors/${SIDE}${name}/offsets` },
      ({ body }) => JSON.stringify(body).includes(`"kafka_offset":${count}}`),
      90_000,
    )
    await done
    const [java, ours] = await Promise.all(
      SIDES.map((side) => readFile(join(both.folder, `${side}-${name}.txt`), 'utf8')),
    )
    comparison.compare(`${name}: file`, { jvm: plainAnswer(java?.split('\n')), our: plainAnswer(ours?.split('\n')) })
    const dead = await Promise.all(
      SIDES.map(async (side) =>
        (await readRecords(both.at(side, `${SIDE}${name}-dead`))).map((record) => deadLetter(side, record)),
      ),
    )
    comparison.compare(`${name}: dead letters`, { jvm: plainAnswer(dead[0]), our: plainAnswer(dead[1]) })
  })

  test('the internal topics', async () => {
    for (const name of names) {
      await both.untilBoth({ method: 'GET', path: `/connectors/${SIDE}${name}/topics` }, ({ body }) =>
        JSON.stringify(body).includes(name),
      )
    }
    for (const kind of ['configs', 'offsets', 'status']) {
      const [java, ours] = await Promise.all(SIDES.map((side) => internalRecords(side, kind)))
      comparison.compare(`internal: ${kind}`, { jvm: plainAnswer(java), our: plainAnswer(ours) })
    }
  })

  /** The newest value of each key; what is of one worker alone is replaced. */
  async function internalRecords(side: SideName, kind: string): Promise<Record<string, unknown>> {
    const { workerId } = side === 'jvm' ? both.jvm : both.cluster.worker(0)
    const group = side === 'jvm' ? both.jvmGroupId : both.cluster.groupId
    const text = (data: Buffer | null) => String(data).replaceAll(workerId, 'WORKER').replaceAll(`${side}-`, SIDE)
    const newest = new Map<string, unknown>()
    for (const { key, value } of await readRecords(`${group}-${kind}`)) {
      const parsed: unknown =
        value === null ? null : JSON.parse(text(value), (name, item) => (VOLATILE.includes(name) ? typeof item : item))
      newest.set(text(key), parsed)
    }
    return Object.fromEntries(newest)
  }

  test('nothing differs but what is listed, and all of that does', () => {
    expect(comparison.unexpected()).toEqual([])
    expect(comparison.gone()).toEqual([])
  })
})

const VOLATILE = ['key', 'creation-timestamp', 'discoverTimestamp', 'generation', 'version']

function plainAnswer(body: unknown) {
  return { status: 200, headers: {}, body }
}

function shown(side: SideName, { partition, offset, key, value, headers }: StoredRecord) {
  const text = (data: Buffer | null) => (data === null ? null : data.toString().replaceAll(`${side}-`, SIDE))
  return { partition, offset, key: text(key), value: text(value), headers }
}

/** Its headers without those that hold the words of an error. */
function deadLetter(side: SideName, record: StoredRecord) {
  const headers = Object.entries(record.headers).map(([name, value]) => {
    const words = /exception\.(message|stacktrace)$/.test(name)
    return [name, words ? 'WORDS' : value.replaceAll(`${side}-`, SIDE)]
  })
  return { ...shown(side, record), offset: Number(record.offset), headers: Object.fromEntries(headers) }
}

async function untilRecords(topic: string, count: number): Promise<void> {
  await until(
    async () => {
      const { length } = await readRecords(topic)
      return length >= count ? true : new NotYet(`${length} of ${count} records`)
    },
    { what: `records in ${topic}` },
  )
}
