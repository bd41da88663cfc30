/** What the chart has in common with the rest, checked also where there is no helm; helm/check.test.mjs renders it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

test('the chart ships the alerts of deploy/prometheus', () => {
  // UPDATE=1 node --test helm/check.test.mjs copies them; so does cp.
  expect(read('helm/penstock/files/alerts.yaml')).toBe(read('deploy/prometheus/penstock.rules.yaml'))
})

test('the chart is of the version of the packages', () => {
  const { version } = JSON.parse(read('package.json')) as { version: string }
  expect(parse(read('helm/penstock/Chart.yaml'))).toMatchObject({ version, appVersion: version })
})

test('every value of values.yaml is in the schema, where all have a description', () => {
  const values = parse(read('helm/penstock/values.yaml')) as Record<string, unknown>
  const { properties } = JSON.parse(read('helm/penstock/values.schema.json')) as {
    properties: Record<string, Declared>
  }
  expect(Object.keys(properties).filter((name) => name !== 'global')).toEqual(
    expect.arrayContaining(Object.keys(values)),
  )
  const nameless = Object.entries(properties).flatMap(([name, declared]) => undescribed(name, declared))
  expect(nameless).toEqual([])
})

interface Declared {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Declared>>
}

/** Paths without a description; a group of values needs none. */
function undescribed(path: string, { description, properties }: Declared): string[] {
  if (properties !== undefined) {
    return Object.entries(properties).flatMap(([name, declared]) => undescribed(`${path}.${name}`, declared))
  }
  return description === undefined ? [path] : []
}
