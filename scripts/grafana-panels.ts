/** How dashboards of Grafana look: panels in rows, on a data source that is chosen in the dashboard. */

export type Unit = 'short' | 'reqps' | 'Bps' | 'bytes' | 'ms' | 's' | 'percentunit' | 'none'

/** One line or one number. `legend` names labels as `{{connector}}`. */
export interface Query {
  readonly expr: string
  readonly legend: string
}

export interface Panel {
  readonly kind: 'timeseries' | 'stat' | 'table'
  readonly title: string
  /** One sentence: what is seen, and what is normal. */
  readonly description: string
  readonly unit: Unit
  readonly queries: readonly Query[]
  /** From this value on a number is shown in red. */
  readonly alarmFrom?: number
}

export interface Row {
  readonly title: string
  /** Panels share the width; at most four. */
  readonly panels: readonly Panel[]
}

/** A choice at the top; its values are those of a label. */
export interface Variable {
  readonly name: string
  readonly label: string
  readonly metric: string
  /** Matchers on variables that stand before this one. */
  readonly where?: string
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly description: string
  readonly variables: readonly Variable[]
  readonly rows: readonly Row[]
}

const gridWidth = 24
const heights: Readonly<Record<Panel['kind'], number>> = { stat: 4, timeseries: 8, table: 8 }
const source = { type: 'prometheus', uid: '$datasource' } as const

/** As Grafana imports and provisions it. */
export function grafanaJson({ uid, title, description, variables, rows }: Dashboard): object {
  return {
    uid,
    title,
    description,
    tags: ['penstock'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    annotations: { list: [] },
    links: [
      {
        type: 'dashboards',
        title: 'Penstock',
        tags: ['penstock'],
        asDropdown: true,
        keepTime: true,
        includeVars: true,
      },
    ],
    templating: { list: [dataSourceVariable, ...variables.map(labelVariable)] },
    panels: placed(rows),
  }
}

const dataSourceVariable = {
  name: 'datasource',
  label: 'Data source',
  type: 'datasource',
  query: 'prometheus',
  current: {},
  hide: 0,
}

function labelVariable({ name, label, metric, where = '' }: Variable): object {
  return {
    name,
    label,
    type: 'query',
    datasource: source,
    query: { query: `label_values(${metric}${where}, ${name})`, refId: 'values' },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
    hide: 0,
  }
}

function placed(rows: readonly Row[]): object[] {
  const panels: object[] = []
  let y = 0
  for (const { title, panels: ofRow } of rows) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { x: 0, y, w: gridWidth, h: 1 },
    })
    y += 1
    const width = Math.floor(gridWidth / ofRow.length)
    const height = Math.max(...ofRow.map(({ kind }) => heights[kind]))
    for (const [place, panel] of ofRow.entries()) {
      panels.push({ id: panels.length + 1, ...shown(panel), gridPos: { x: place * width, y, w: width, h: height } })
    }
    y += height
  }
  return panels
}

function shown({ kind, title, description, unit, queries, alarmFrom }: Panel): object {
  const steps = [
    { color: 'green', value: null },
    ...(alarmFrom === undefined ? [] : [{ color: 'red', value: alarmFrom }]),
  ]
  const instant = kind !== 'timeseries'
  return {
    type: kind,
    title,
    description,
    datasource: source,
    targets: queries.map(({ expr, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: source,
      expr,
      legendFormat: legend,
      range: !instant,
      instant,
      ...(kind === 'table' ? { format: 'table' } : {}),
    })),
    fieldConfig: { defaults: { unit, min: 0, thresholds: { mode: 'absolute', steps } }, overrides: [] },
    options: optionsOf[kind],
    ...(kind === 'table' ? { transformations: [{ id: 'organize', options: { excludeByName: { Time: true } } }] } : {}),
  }
}

const optionsOf: Readonly<Record<Panel['kind'], object>> = {
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  stat: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value', graphMode: 'none' },
  table: { showHeader: true },
}
