/** What the guides in docs/elasticsearch and deploy/elasticsearch say of this adapter is so. */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { config } from './config/config.ts'
import { crossKeyProblems } from './validation/validation.ts'

const root = new URL('../../../', import.meta.url)
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8')

const guides = ['docs/elasticsearch/README.md', 'docs/elasticsearch/logstash.md']
const frameworkKey =
  /^(connector\.class|tasks\.max|topics|topics\.regex|(key|value|header)\.converter.*|errors\..*|transforms.*|consumer\.override\..*)$/

interface Connector {
  readonly name: string
  readonly config: Readonly<Record<string, string>>
}

function connectorsOf(guide: string): Connector[] {
  const blocks = [...read(guide).matchAll(/^```json.*?\n(.*?)^```/gms)].map(([, json]) => JSON.parse(json as string))
  return blocks.filter((block): block is Connector => typeof block.config === 'object')
}

const connectors = [
  ...guides.flatMap((guide) => connectorsOf(guide).map((connector) => ({ where: guide, ...connector }))),
  ...[JSON.parse(read('deploy/elasticsearch/dead-letters-connector.json')) as Connector].map((connector) => ({
    ...{ where: 'deploy/elasticsearch', ...connector },
  })),
]

test('the guides have examples', () => {
  expect(new Set(connectors.map(({ where }) => where))).toEqual(new Set([...guides, 'deploy/elasticsearch']))
})

test.each(connectors)('the connector $name of $where is valid', ({ config: raw }) => {
  expect(config.validate(raw).flatMap(({ errors }) => errors)).toEqual([])
  expect(crossKeyProblems(config.parse(raw), raw)).toEqual([])
  expect(Object.keys(raw).filter((key) => !(key in config.keys) && !frameworkKey.test(key))).toEqual([])
})

/** Of the worker and of transformations, or part of what Elasticsearch says. */
const others = new Set([
  ...[
    'bootstrap.servers',
    'offset.flush.interval.ms',
    'security.protocol',
    'sasl.jaas.config',
    'ssl.truststore.location',
  ],
  ...['on.conflict', 'params.doc', 'ecs.version', 'event.original', 'data_stream.type', 'logstash.md', 'kafka.headers'],
  ...['index.refresh_interval', 'index.gc_deletes', 'schemas.enable', 'ecs.conflict'],
])
const keyLike = /^[a-z]+(?:\.[a-z]+)+$/

describe.each(guides)('%s', (guide) => {
  test('names keys that there are', () => {
    const spans = [
      ...read(guide)
        .replace(/^```.*?^```/gms, '')
        .matchAll(/`([^`\n]+)`/g),
    ].map(([, span]) => span as string)
    const keys = spans.map((span) => span.split('=')[0] as string).filter((span) => keyLike.test(span))
    expect(keys.length).toBeGreaterThan(20)
    const codes = sources()
    const unknown = keys.filter(
      (key) => !(key in config.keys) && !frameworkKey.test(key) && !others.has(key) && !codes.includes(`'${key}'`),
    )
    expect(unknown).toEqual([])
  })

  test('gives keys values that they take', () => {
    const pairs = [...read(guide).matchAll(/`([a-z.]+)=([^`\s]*)`/g)].map(([, key, value]) => [key, value] as const)
    for (const [key, value] of pairs) {
      if (key === undefined || !(key in config.keys)) continue
      const errors = config.validate({ [key]: value ?? '' }).filter(({ name }) => name === key)
      expect([key, errors.flatMap((found) => found.errors)]).toEqual([key, []])
    }
  })

  test('names error codes, counters and log lines that there are', () => {
    const text = read(guide)
    const codes = [...text.matchAll(/`(elasticsearch\.[a-z_]+)`/g)].map(([, code]) => code as string)
    const counted = [...text.matchAll(/`setbacks_([a-z_]+)`/g)].map(([, trouble]) => `${trouble}:`)
    const all = sources()
    expect([...codes.map((code) => `'${code}'`), ...counted].filter((name) => !all.includes(name))).toEqual([])
  })

  test('links to files that there are', () => {
    for (const [, path] of read(guide).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      expect(() => readFileSync(new URL(path as string, new URL(guide, root)))).not.toThrow()
    }
  })
})

function sources(): string {
  const folder = new URL('.', import.meta.url)
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  return files
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(new URL(file, folder), 'utf8'))
    .join('\n')
}
