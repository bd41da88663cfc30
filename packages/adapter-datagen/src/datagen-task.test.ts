import { type SourcePlugin, type Struct, stringifyJson } from '@penstock/core'
import { fakeSourceTaskContext } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { config } from './config.ts'
import { DatagenTask } from './datagen-task.ts'
import datagenSource from './index.ts'
import { makeRecords } from './testing/make-records.ts'

const datagen = datagenSource as SourcePlugin
const plain = { example: '{"id":"{{sequence}}","name":"{{name}}","n":"{{int}}"}', 'output.schemas': 'false' }
const textOf = (records: readonly { value: { value: unknown } }[]) =>
  records.map(({ value }) => stringifyJson(value.value))

test('the same seed makes the same records, on any machine', async () => {
  expect(textOf(await makeRecords(plain, 3))).toEqual(textOf(await makeRecords(plain, 3)))
  expect(textOf(await makeRecords({ ...plain, seed: '7' }, 2))).toMatchInlineSnapshot(`
    [
      "{"id":0,"name":"Victor Jansen","n":761873959}",
      "{"id":1,"name":"Omar Moreau","n":623142145}",
    ]
  `)
})

test('other seeds and other tasks make other records', async () => {
  const all = await Promise.all([
    makeRecords(plain, 100),
    makeRecords({ ...plain, seed: '1' }, 100),
    makeRecords({ ...plain, seed: String(2 ** 40) }, 100),
    makeRecords(plain, 100, { task: 1 }),
  ])
  expect(new Set(all.flatMap(textOf)).size).toBe(400)
})

test('a restarted task goes on with the record that comes next', async () => {
  const all = textOf(await makeRecords(plain, 2_500))
  for (const count of [1, 999, 1_000, 2_000]) {
    const further = await makeRecords(plain, 500, { offset: { 'current.iteration': count } })
    expect(textOf(further)).toEqual(all.slice(count, count + 500))
    expect(further[0]?.sourceOffset).toEqual({ 'current.iteration': count + 1 })
  }
})

test('a task stops making records after its iterations, restarts included', async () => {
  const context = fakeSourceTaskContext()
  context.stored.set('{"task.id":0}', { 'current.iteration': 3 })
  const task = new DatagenTask(config.parse({ topic: 't', rate: '0', iterations: '5', ...plain }), context)
  await task.start()
  expect(await task.poll(context.signal)).toHaveLength(2)
  expect(await task.poll(context.signal)).toBeNull()
})

test('records come at the rate that is asked for, and a paused task does not flood afterwards', async () => {
  let now = 0
  const context = { ...fakeSourceTaskContext(), clock: { now: () => now } }
  const task = new DatagenTask(config.parse({ topic: 't', rate: '100', ...plain }), context)
  await task.start()
  const counts: number[] = []
  for (const at of [0, 20, 100, 101, 600_000]) {
    now = at
    counts.push((await task.poll(AbortSignal.abort()))?.length ?? 0)
  }
  expect(counts).toEqual([1, 2, 8, 0, 101])
})

test('values are structs with the key field as key, or plain without schemas', async () => {
  const raw = { example: '{"id":"{{sequence 5}}","tags":["a"]}', 'schema.keyfield': 'id' }
  const [typed] = await makeRecords(raw, 1)
  expect(typed).toMatchObject({ topic: 't', key: { schema: { type: 'INT64' }, value: 5n } })
  const struct = typed?.value.value as Struct | undefined
  expect(struct?.get('tags')).toEqual(['a'])
  const [schemaless] = await makeRecords({ ...raw, 'output.schemas': 'false' }, 1)
  expect(schemaless?.key).toEqual({ schema: null, value: 5 })
  expect(schemaless?.value).toEqual({ schema: null, value: { id: 5, tags: ['a'] } })
})

test('each task of several has the same configuration, its number makes its records', async () => {
  const connector = datagen.createConnector?.(
    { topic: 't' },
    {
      ...fakeSourceTaskContext(),
      offsets: null,
      requestTaskReconfiguration() {},
      raiseError() {},
    },
  )
  expect(await connector?.taskConfigs(3)).toEqual([{ topic: 't' }, { topic: 't' }, { topic: 't' }])
})

test('what is wrong with a configuration is said of its key', async () => {
  const context = { ...fakeSourceTaskContext(), signal: new AbortController().signal }
  const problems = async (raw: Record<string, string>) =>
    ((await datagen.validate?.(raw, context)) ?? []).map(({ key, message }) => `${key}: ${message}`)
  expect(await problems({ quickstart: 'users' })).toEqual([
    'kafka.topic: Missing required configuration "kafka.topic" which has no default value.',
  ])
  expect(await problems({ topic: 't' })).toHaveLength(4)
  expect(await problems({ topic: 't', quickstart: 'users', example: '{}' })).toEqual([
    'example: Give exactly one of example, schema.string, schema.filename, quickstart; set are example, quickstart.',
    'quickstart: Give exactly one of example, schema.string, schema.filename, quickstart; set are example, quickstart.',
  ])
  expect(await problems({ topic: 't', example: '{"a":"{{nothing}}"}' })).toEqual([
    expect.stringMatching(/^example: Invalid value .* \$\.a: \{\{nothing\}\}: there is no hint "nothing"; known are/),
  ])
  expect(await problems({ topic: 't', quickstart: 'users', 'schema.keyfield': 'id' })).toEqual([
    'schema.keyfield: Invalid value id for configuration schema.keyfield: records have no such field; fields are registertime, userid, regionid, gender',
  ])
  expect(await problems({ topic: 't', 'schema.filename': '/nowhere.json' })).toEqual([
    expect.stringMatching(/^schema\.filename: Invalid value \/nowhere\.json .* no such file/),
  ])
})

test('offsets that no task could go on from are refused', () => {
  const alter = (partition: object, offset: object | null) =>
    datagen.alterOffsets?.({}, [{ partition: partition as never, offset: offset as never }])
  expect(alter({ 'task.id': 0 }, { 'current.iteration': 5n })).toBe(true)
  expect(alter({ garbage: 1 }, null)).toBe(true)
  expect(() => alter({ task: 0 }, { 'current.iteration': 5 })).toThrow("must have the key 'task.id'")
  expect(() => alter({ 'task.id': 0 }, { 'current.iteration': -5 })).toThrow("have the key 'current.iteration'")
})
