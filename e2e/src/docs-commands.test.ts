/** Runs the commands that the documentation shows, page by page, on the real servers. */
import { allCommands, type Scenario } from '@penstock/docs/commands'
import { Admin } from '@platformatic/kafka'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ScenarioRun } from './docs/scenario-run.ts'
import { ShownAddresses } from './docs/shown-addresses.ts'
import { type Cluster, deleteTopics, stack, startCluster } from './harness/index.ts'
import { elasticsearchRequest } from './stack/elasticsearch-request.ts'
import { rootFolder } from './stack/folders.ts'

const { scenarios } = allCommands(rootFolder)
const owned = await stack.controllable()
// Pages name their topics and indices as a reader would: no names for somebody else's servers.
const isOurs = owned.includes('kafka') && owned.includes('elasticsearch')
if (!isOurs) console.log('The commands of the documentation are not run: they need servers that nobody else uses')

/** For scenarios that start no worker themselves. */
let cluster: Cluster
let before: Set<string>
beforeAll(async () => {
  if (!isOurs) return
  before = new Set(await names())
  cluster = await startCluster({ workers: 1 })
})
afterAll(async () => {
  if (!isOurs) return
  for (const name of (await cluster?.client.connectors()) ?? []) await cluster.client.deleteConnector(name)
  await cluster?.[Symbol.asyncDispose]()
  const made = (await names()).filter((name) => !before.has(name))
  await deleteTopics(made)
  for (const name of made) await elasticsearchRequest(stack.elasticsearch, name, { method: 'DELETE' })
})

/** Of all topics and indices. */
async function names(): Promise<string[]> {
  const admin = new Admin({ clientId: 'e2e', bootstrapBrokers: stack.kafka.split(',') })
  try {
    const indices = await elasticsearchRequest(stack.elasticsearch, '_cat/indices?h=index&expand_wildcards=open')
    return [...(await admin.listTopics()), ...(await indices.text()).split('\n').filter(Boolean)]
  } finally {
    await admin.close()
  }
}

function startsWorker({ blocks }: Scenario): boolean {
  return blocks.some(({ code, options }) => options.terminal !== undefined && code.includes('penstock-worker'))
}

test.skipIf(!isOurs).each(scenarios.map((scenario) => [scenario.page, scenario.name, scenario] as const))(
  'the commands of %s (%s) work as the page shows',
  async (_page, _name, scenario) => {
    const workerPort = startsWorker(scenario) ? null : Number(new URL(cluster.worker(0).url).port)
    const text = scenario.blocks.map(({ code, options }) => `${code}\n${options.ready ?? ''}`).join('\n')
    const addresses = await ShownAddresses.of(text, {
      kafka: stack.kafka,
      elasticsearch: stack.elasticsearch.replace(/\/$/, ''),
      workerPort,
    })
    await using run = await ScenarioRun.start(addresses)
    await expect(run.run(scenario)).resolves.toBeUndefined()
  },
)
