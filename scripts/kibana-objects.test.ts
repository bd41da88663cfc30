import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Column, Columns, Reference, SavedObject } from './kibana-lens.ts'
import { file, ndjson, savedObjects } from './kibana-objects.ts'

const text = readFileSync(file, 'utf8')
const objects = text
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as SavedObject)

test('deploy/elasticsearch/kibana.ndjson is up to date (node scripts/kibana-objects.ts)', () => {
  expect(text).toBe(ndjson(savedObjects))
})

test('ids are unique, and what an object refers to comes before it', () => {
  const seen = new Set<string>()
  for (const { type, id, references } of objects) {
    for (const reference of references) expect(seen).toContain(`${reference.type}:${reference.id}`)
    expect(seen).not.toContain(`${type}:${id}`)
    seen.add(`${type}:${id}`)
  }
})

test('each object says which versions it was written for', () => {
  const versions = { 'index-pattern': '8.0.0', lens: '8.9.0', dashboard: '8.9.0' }
  for (const { type, coreMigrationVersion, typeMigrationVersion } of objects) {
    expect([coreMigrationVersion, typeMigrationVersion]).toEqual(['8.8.0', versions[type]])
  }
})

interface Mapping {
  readonly type?: string
  readonly properties?: Readonly<Record<string, Mapping>>
  readonly fields?: Readonly<Record<string, Mapping>>
  readonly dynamic_templates?: readonly Readonly<Record<string, { path_match: string; mapping: Mapping }>>[]
}

/** The type that a template gives a field. Throws for a field that it does not have. */
function typesBy(template: string): (field: string) => string {
  const path = new URL(`../deploy/elasticsearch/${template}`, import.meta.url)
  const { mappings } = JSON.parse(readFileSync(path, 'utf8')).template as { mappings: Mapping }
  return (field) => {
    let found: Mapping | undefined = mappings
    for (const step of field.split('.')) found = found?.properties?.[step] ?? found?.fields?.[step]
    if (found?.type !== undefined) return found.type
    for (const rule of mappings.dynamic_templates ?? []) {
      const [{ path_match: match, mapping } = never()] = Object.values(rule)
      if (field.startsWith(match.slice(0, -1)) && mapping.type !== undefined) return mapping.type
    }
    throw new Error(`${template} has no field ${field}`)
  }
}

const mappings = {
  'penstock-metrics': typesBy('metrics-template.json'),
  'penstock-dead-letters': typesBy('dead-letters-template.json'),
}

interface PlacedPanel {
  readonly type: string
  readonly panelIndex: string
  readonly panelRefName: string
  readonly gridData: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
    readonly i: string
  }
}

describe.each(objects.filter(({ type }) => type === 'dashboard'))('dashboard $id', ({ attributes, references }) => {
  const panels = JSON.parse(attributes.panelsJSON as string) as PlacedPanel[]

  test('has a reference for each panel', () => {
    const names = panels.map(({ type, panelIndex, panelRefName }) => `${type} ${panelIndex}:${panelRefName}`)
    expect(names).toEqual(references.map(({ type, name }) => `${type} ${name}`))
    expect(panels.map(({ gridData }) => gridData.i)).toEqual(panels.map(({ panelIndex }) => panelIndex))
  })

  test('has panels side by side, not one over another, on a grid of 48', () => {
    for (const [i, { gridData: a }] of panels.entries()) {
      expect(a.x + a.w).toBeLessThanOrEqual(48)
      for (const { gridData: b } of panels.slice(i + 1)) {
        expect(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y).toBe(true)
      }
    }
  })
})

interface LensState {
  readonly datasourceStates: {
    readonly formBased: {
      readonly layers: Readonly<Record<string, { readonly columns: Columns; readonly columnOrder: readonly string[] }>>
    }
  }
  readonly visualization: unknown
  readonly query: { readonly query: string }
}

describe.each(objects.filter(({ type }) => type === 'lens'))('panel $id', ({ attributes, references }) => {
  const state = attributes.state as LensState
  const [[layerId, { columns, columnOrder }] = never()] = Object.entries(state.datasourceStates.formBased.layers)
  const view = (references[0] as Reference).id
  const mapping = mappings[view as keyof typeof mappings]

  test('has one layer on a data view', () => {
    expect(references).toEqual([{ type: 'index-pattern', id: view, name: `indexpattern-datasource-layer-${layerId}` }])
    expect(columnOrder).toEqual(Object.keys(columns))
  })

  test('shows columns that it has', () => {
    const shown = [...JSON.stringify(state.visualization).matchAll(/"(?:\w*[aA]ccessor|columnId)":"(\w+)"/g)]
    const listed = [...JSON.stringify(state.visualization).matchAll(/"accessors":\["(\w+)"\]/g)]
    const names = [...shown, ...listed].map(([, name]) => name)
    expect(names.length).toBeGreaterThan(1)
    for (const name of names) expect(columns).toHaveProperty(name as string)
  })

  test.each(Object.entries(columns))('the column %s is of a field with a fitting type', (_, column) => {
    for (const reference of (column.references ?? []) as string[]) expect(columns).toHaveProperty(reference)
    const { orderBy } = (column.params ?? {}) as { orderBy?: { columnId?: string } }
    if (orderBy?.columnId !== undefined) expect(columns).toHaveProperty(orderBy.columnId)
    for (const field of fieldsOf(column)) expect(typesOf[mapping(field)]).toContain(column.dataType)
  })

  test('filters by fields that there are', () => {
    for (const [, field] of state.query.query.matchAll(/([\w.@]+)\s*(?::|>=)/g)) mapping(field as string)
  })
})

test('metrics of panels are those of docs/metrics.md, or are counted by the Elasticsearch sink', () => {
  const page = readFileSync(new URL('../docs/metrics.md', import.meta.url), 'utf8')
  const readme = readFileSync(new URL('../packages/adapter-elasticsearch/README.md', import.meta.url), 'utf8')
  const names = new Set([...text.matchAll(/prometheus\.metrics\.(\w+)/g)].map(([, name]) => name as string))
  expect(names.size).toBeGreaterThan(5)
  for (const name of names) {
    const own = /^penstock_plugin_(\w+)_total$/.exec(name)?.[1]
    expect(own === undefined ? page : readme).toContain(`\`${own ?? name}\``)
  }
})

/** What Lens calls the types of Elasticsearch. */
const typesOf: Readonly<Record<string, readonly string[]>> = {
  date: ['date'],
  keyword: ['string'],
  double: ['number'],
  long: ['number'],
  integer: ['number'],
}

function fieldsOf({ sourceField, params }: Column): readonly string[] {
  if (sourceField === undefined || sourceField === '___records___') return []
  const { secondaryFields = [] } = (params ?? {}) as { secondaryFields?: readonly string[] }
  return [sourceField as string, ...secondaryFields]
}

function never(): never {
  throw new Error('there is no layer')
}
