/**
 * The whole task between a framework and an Elasticsearch that are models: whatever befalls it, nothing is lost, and
 * documents end as if nothing had happened.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { assertNever, type RawConfig } from '@penstock/core'
import { type FakeSinkTaskContext, fakeSinkTaskContext } from '@penstock/core/testing'
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { config } from './config/config.ts'
import { ElasticsearchClient } from './connection/client.ts'
import { ElasticsearchSinkTask } from './sink-task.ts'
import { inJumpingTime } from './testing/jumping-time.ts'
import { type Fault, faultKinds, ModelElasticsearch } from './testing/model-elasticsearch.ts'
import { ModelFramework, type Partition, partitions } from './testing/model-framework.ts'
import { type Entry, type Mode, modes, type Order, OrdersTopic } from './testing/model-orders.ts'

/** Histories for each mode. */
const numRuns = 200

const partition = fc.constantFrom(...partitions)
const order: fc.Arbitrary<Order> = fc.record({
  partition,
  content: fc.oneof(
    { weight: 8, arbitrary: fc.constant('good') },
    { weight: 1, arbitrary: fc.constant('malformed') },
    { weight: 1, arbitrary: fc.constant('none') },
  ),
  customer: fc.nat({ max: 2 }),
  tenant: fc.nat({ max: 2 }),
  field: fc.nat({ max: 3 }),
  parts: fc.integer({ min: 1, max: 5 }),
})
// Some requests take longer than `put` waits for room, and some pauses longer than indices stay unwatched.
const waitMs = fc.constantFrom(0, 1, 3, 10, 6_000)
const fault: fc.Arbitrary<Fault> = fc.record({
  kind: fc.constantFrom(...faultKinds, 'none', 'partly busy', 'partly busy', 'partly busy'),
  afterMs: waitMs,
  turnedAway: fc.nat({ max: 255 }),
})

type Event =
  | { readonly kind: 'put'; readonly orders: readonly Order[] }
  | { readonly kind: 'faults'; readonly faults: readonly Fault[] }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rebalance'; readonly gone: readonly Partition[] }
  | { readonly kind: 'loss'; readonly gone: readonly Partition[] }

const gone = fc.constantFrom<(readonly Partition[])[]>(partitions, [0], [1])
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('put'), orders: fc.array(order, { maxLength: 12, size: 'max' }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('faults'), faults: fc.array(fault, { maxLength: 5 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait'), ms: waitMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('commit') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rebalance'), gone }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('loss'), gone }) },
)
const history = fc.array(event, { minLength: 5, maxLength: 30, size: 'max' })

/** Small ones, so that little is enough to reach them. */
const limits = fc.record({
  'batch.size': fc.constantFrom('1', '3', '5', '8', '20', '100'),
  'bulk.size.bytes': fc.constantFrom('300', '1000', '1000000', '1000000'),
  'max.buffered.records': fc.constantFrom('4', '6', '10', '20', '30'),
  'max.in.flight.requests': fc.constantFrom('1', '2', '3'),
  'max.retries': fc.constantFrom('0', '1', '2'),
  'adaptive.batching': fc.constantFrom('true', 'false'),
})
/** What chance makes of the longest wait before another try. */
const chance = fc.constantFrom(0.1, 0.5, 0.99)

interface Circumstances {
  readonly limits: RawConfig
  readonly chance: number
  readonly namesPending: boolean
}
const circumstances: fc.Arbitrary<Circumstances> = fc.record({ limits, chance, namesPending: fc.boolean() })

test.each(Object.entries(modes))(
  'whatever happens, %s, and no offset passes a record that is neither written nor reported',
  async (_, mode) => {
    await fc.assert(
      fc.asyncProperty(circumstances, history, (circumstances, events) =>
        inJumpingTime(() => liveThrough(events, mode, circumstances)),
      ),
      { numRuns },
    )
  },
  60_000,
)

/** What is outside of the task, and tells what it has done. */
interface World {
  readonly topic: OrdersTopic
  readonly elasticsearch: ModelElasticsearch
  readonly context: FakeSinkTaskContext
}

async function liveThrough(
  events: readonly Event[],
  mode: Mode,
  { limits, chance, namesPending }: Circumstances,
): Promise<void> {
  const world: World = {
    topic: new OrdersTopic(mode),
    elasticsearch: new ModelElasticsearch(),
    context: Object.assign(fakeSinkTaskContext(), { tolerance: 'all' }),
  }
  const { topic, elasticsearch, context } = world
  using _requests = vi
    .spyOn(ElasticsearchClient.prototype, 'request')
    .mockImplementation((request, signal) => elasticsearch.request(request, signal))
  using _chance = vi.spyOn(Math, 'random').mockReturnValue(chance)
  const task = new ElasticsearchSinkTask(config.parse({ ...usual, ...limits, ...mode.settings }), context)
  const onCommit = (partition: Partition, end: number): void => checkCommit(partition, end, world)
  const framework = new ModelFramework({ task, topic, onCommit, namesPending })
  try {
    for (const event of events) await befall(event, framework, world)
    elasticsearch.recover()
    await framework.finish()
  } finally {
    await task.stop()
  }
  checkEnd(world)
}

/** The last of them is more than the faults of a history take: giving up is another matter. */
const usual: RawConfig = {
  'connection.url': 'http://model:9200',
  'schema.ignore': 'true',
  'retry.backoff.ms': '10',
  'retry.backoff.max.ms': '100',
  'flush.timeout.ms': '60000',
}

async function befall(event: Event, framework: ModelFramework, { topic, elasticsearch }: World): Promise<void> {
  switch (event.kind) {
    case 'put':
      for (const order of event.orders) topic.write(order)
      await framework.put()
      break
    case 'faults':
      elasticsearch.addFaults(event.faults)
      break
    case 'wait':
      await delay(event.ms)
      break
    case 'commit':
      await framework.commit({ closing: false })
      break
    case 'rebalance':
      await framework.rebalance(event.gone)
      break
    case 'loss':
      framework.lose(event.gone)
      break
    default:
      assertNever(event)
  }
}

/** Nothing below is lost; and when nothing is left to do, there is what should be there. */
function checkCommit(partition: Partition, end: number, { topic, elasticsearch, context }: World): void {
  const reports = reportsOf(context)
  // Whether a record without a value was written only shows in its document.
  const isLost = ({ place, document }: Entry): boolean =>
    document !== null && !(document.malformed === true ? reports.has(place) : elasticsearch.settled.has(place))
  const lost = topic.entries(partition, end).filter(isLost)
  const committed = `${partition}@${end}`
  expect({ committed, lost: lost.map(({ place }) => place) }).toEqual({ committed, lost: [] })
  if (end < topic.end(partition)) return
  const expected = topic.documents(partition)
  const found = new Map([...expected.keys()].map((name) => [name, elasticsearch.documents.get(name) ?? null]))
  expect(found, `documents when all of partition ${partition} is committed`).toEqual(expected)
}

function checkEnd({ topic, elasticsearch, context }: World): void {
  expect(elasticsearch.offences, 'what no client may do').toEqual([])
  const documents = partitions.flatMap((partition) => [...topic.documents(partition)])
  const expected = new Map(documents.filter(([, document]) => document !== null))
  expect(elasticsearch.documents, 'documents in the end').toEqual(expected)
  const malformed = partitions
    .flatMap((partition) => topic.entries(partition))
    .filter(({ document }) => document?.malformed === true)
  const reports = reportsOf(context)
  expect(new Set(reports.keys()), 'reported records').toEqual(new Set(malformed.map(({ place }) => place)))
  const repeated = [...reports].filter(([place, times]) => times > (topic.reads.get(place) ?? 0))
  expect(repeated, 'records that were reported more often than read').toEqual([])
}

/** How often each record was reported, by its place. */
function reportsOf({ reported }: FakeSinkTaskContext): ReadonlyMap<string, number> {
  const reports = new Map<string, number>()
  for (const { record } of reported) reports.set(String(record), (reports.get(String(record)) ?? 0) + 1)
  return reports
}
