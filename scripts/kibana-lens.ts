/**
 * Saved objects of Kibana, as an export of 8.9 holds them: every later version imports these and brings them up to date.
 * @module
 */

export interface Reference {
  readonly type: string
  readonly id: string
  readonly name: string
}

export interface SavedObject {
  readonly type: 'index-pattern' | 'lens' | 'dashboard'
  readonly id: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly references: readonly Reference[]
  readonly coreMigrationVersion: string
  readonly typeMigrationVersion: string
}

const core = '8.8.0'

export interface DataView {
  readonly id: string
  readonly title: string
  readonly name: string
}

export function dataView({ id, title, name }: DataView): SavedObject {
  return {
    ...{ type: 'index-pattern', id, references: [] },
    attributes: { title, name, timeFieldName: '@timestamp' },
    ...{ coreMigrationVersion: core, typeMigrationVersion: '8.0.0' },
  }
}

/** A column of a Lens layer. */
export type Column = Readonly<Record<string, unknown>> & { readonly label: string; readonly operationType: string }
export type Columns = Readonly<Record<string, Column>>

interface NumberOptions {
  readonly label: string
  /** A filter in KQL, for this column alone. */
  readonly filter?: string
}

const bare = { isBucketed: false, scale: 'ratio', customLabel: true }
const filtered = (filter: string | undefined) =>
  filter === undefined ? {} : { filter: { query: filter, language: 'kuery' } }

export const column = {
  time: (): Column => ({
    ...{ label: '@timestamp', dataType: 'date', operationType: 'date_histogram', sourceField: '@timestamp' },
    ...{ isBucketed: true, scale: 'interval' },
    params: { interval: 'auto', includeEmptyRows: true, dropPartials: false },
  }),
  /** The most frequent values, or by `orderBy`, another column; several fields make one bucket together. */
  terms: (
    [field, ...more]: readonly [string, ...string[]],
    { label, orderBy, size = 10 }: { label: string; orderBy?: string; size?: number },
  ): Column => ({
    ...{ label, dataType: 'string', operationType: 'terms', sourceField: field, isBucketed: true, scale: 'ordinal' },
    customLabel: true,
    params: {
      size,
      orderBy: orderBy === undefined ? { type: 'alphabetical', fallback: true } : { type: 'column', columnId: orderBy },
      orderDirection: orderBy === undefined ? 'asc' : 'desc',
      otherBucket: orderBy !== undefined,
      missingBucket: false,
      parentFormat: { id: more.length > 0 ? 'multi_terms' : 'terms' },
      ...(more.length > 0 ? { secondaryFields: more } : {}),
      ...{ include: [], exclude: [], includeIsRegex: false, excludeIsRegex: false },
    },
  }),
  count: ({ label, filter }: NumberOptions): Column => ({
    ...{ label, dataType: 'number', operationType: 'count', sourceField: '___records___', ...bare },
    params: { emptyAsNull: true },
    ...filtered(filter),
  }),
  max: (field: string, { label, filter }: NumberOptions): Column => ({
    ...{ label, dataType: 'number', operationType: 'max', sourceField: field, ...bare },
    params: { emptyAsNull: true },
    ...filtered(filter),
  }),
  latest: (field: string, { label }: NumberOptions): Column => ({
    ...{ label, dataType: 'date', operationType: 'max', sourceField: field, ...bare },
    params: { emptyAsNull: true },
  }),
  /** How much a counter grows per second; `of` is a column with its largest value. */
  rate: (of: string, { label }: NumberOptions): Column => ({
    ...{ label, dataType: 'number', operationType: 'counter_rate', references: [of], timeScale: 's', ...bare },
  }),
} as const

interface Panel {
  readonly id: string
  readonly title: string
  readonly view: DataView
  readonly columns: Columns
  /** KQL that holds for the whole panel. */
  readonly query?: string
}

const layerId = 'layer'

function lens({ id, title, view, columns, query = '' }: Panel, type: string, visualization: object): SavedObject {
  const layer = { columns, columnOrder: Object.keys(columns), incompleteColumns: {}, sampling: 1 }
  return {
    ...{ type: 'lens', id },
    attributes: {
      ...{ title, description: '', visualizationType: type },
      state: {
        datasourceStates: { formBased: { layers: { [layerId]: layer } } },
        ...{
          visualization,
          query: { query, language: 'kuery' },
          filters: [],
          internalReferences: [],
          adHocDataViews: {},
        },
      },
    },
    references: [{ type: 'index-pattern', id: view.id, name: `indexpattern-datasource-layer-${layerId}` }],
    ...{ coreMigrationVersion: core, typeMigrationVersion: '8.9.0' },
  }
}

/** A chart over time: columns `time`, `by` and `value`. */
export function chart(panel: Panel, seriesType: 'line' | 'bar_stacked'): SavedObject {
  return lens(panel, 'lnsXY', {
    legend: { isVisible: true, position: 'right' },
    ...{ valueLabels: 'hide', fittingFunction: 'None', preferredSeriesType: seriesType },
    layers: [{ layerId, layerType: 'data', seriesType, xAccessor: 'time', splitAccessor: 'by', accessors: ['value'] }],
  })
}

/** A table of all columns. */
export function table(panel: Panel): SavedObject {
  const columns = Object.keys(panel.columns).map((columnId) => ({ columnId, isTransposed: false }))
  return lens(panel, 'lnsDatatable', { layerId, layerType: 'data', columns, paging: { enabled: true, size: 10 } })
}

/** Panels in rows of two. */
export function dashboard(id: string, title: string, description: string, panels: readonly SavedObject[]): SavedObject {
  const placed = panels.map((panel, index) => {
    const name = String(index + 1)
    const gridData = { x: (index % 2) * 24, y: Math.floor(index / 2) * 14, w: 24, h: 14, i: name }
    return { type: panel.type, gridData, panelIndex: name, embeddableConfig: {}, panelRefName: `panel_${name}` }
  })
  const searchSource = { query: { query: '', language: 'kuery' }, filter: [] }
  return {
    ...{ type: 'dashboard', id },
    attributes: {
      ...{ title, description, timeRestore: true, timeFrom: 'now-24h', timeTo: 'now' },
      panelsJSON: JSON.stringify(placed),
      optionsJSON: JSON.stringify({ useMargins: true, syncColors: true, syncCursor: true, hidePanelTitles: false }),
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify(searchSource) },
    },
    references: panels.map(({ type, id: panelId }, index) => ({
      ...{ type, id: panelId, name: `${index + 1}:panel_${index + 1}` },
    })),
    ...{ coreMigrationVersion: core, typeMigrationVersion: '8.9.0' },
  }
}
