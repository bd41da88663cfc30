/** Which connectors a list shows, and in which order. */
import type { ConnectorState } from '@penstock/client'
import { type ConnectorSummary, errorsOf, lagOf, overallState, recordsPerSecond } from '../live/cluster-state.ts'

export const sortKeys = ['name', 'state', 'rate', 'lag', 'errors'] as const
export type SortKey = (typeof sortKeys)[number]

export interface ListQuery {
  readonly text: string
  readonly state: ConnectorState | null
  readonly sort: SortKey
  readonly descending: boolean
}

export const shownStates = ['RUNNING', 'FAILED', 'PAUSED', 'STOPPED'] as const satisfies readonly ConnectorState[]

export function readListQuery(query: URLSearchParams): ListQuery {
  const state = shownStates.find((candidate) => candidate === query.get('state')) ?? null
  const sort = sortKeys.find((candidate) => candidate === query.get('sort')) ?? 'name'
  return { text: query.get('q') ?? '', state, sort, descending: query.get('order') === 'desc' }
}

export function listQueryOf({ text, state, sort, descending }: ListQuery): URLSearchParams {
  const query = new URLSearchParams()
  if (text !== '') query.set('q', text)
  if (state !== null) query.set('state', state)
  if (sort !== 'name') query.set('sort', sort)
  if (descending) query.set('order', 'desc')
  return query
}

/** A click on a column: figures begin with the greatest, another click turns the order around. */
export function sortedBy(query: ListQuery, sort: SortKey): ListQuery {
  if (query.sort === sort) return { ...query, descending: !query.descending }
  return { ...query, sort, descending: sort !== 'name' && sort !== 'state' }
}

export function listed(connectors: Iterable<ConnectorSummary>, query: ListQuery): readonly ConnectorSummary[] {
  const wanted = query.text.trim().toLowerCase()
  const shown = [...connectors].filter(
    ({ name, status }) =>
      (wanted === '' || name.toLowerCase().includes(wanted)) &&
      (query.state === null || overallState(status) === query.state),
  )
  const compare = comparisons[query.sort]
  const direction = query.descending ? -1 : 1
  return shown.sort((a, b) => direction * compare(a, b) || byName(a, b))
}

type Comparison = (a: ConnectorSummary, b: ConnectorSummary) => number

const severity: readonly ConnectorState[] = ['FAILED', 'UNASSIGNED', 'RESTARTING', 'RUNNING', 'PAUSED', 'STOPPED']

const comparisons: Readonly<Record<SortKey, Comparison>> = {
  name: byName,
  state: (a, b) => severity.indexOf(overallState(a.status)) - severity.indexOf(overallState(b.status)),
  rate: byFigure(({ metrics }) => recordsPerSecond(metrics)),
  lag: byFigure(({ metrics }) => lagOf(metrics)),
  errors: byFigure(({ metrics }) => errorsOf(metrics)),
}

const inNumericOrder = new Intl.Collator(undefined, { numeric: true })

function byName(a: ConnectorSummary, b: ConnectorSummary): number {
  return inNumericOrder.compare(a.name, b.name)
}

/** Not known is less than nothing. */
function byFigure(figure: (connector: ConnectorSummary) => number | null): Comparison {
  return (a, b) => (figure(a) ?? -1) - (figure(b) ?? -1)
}
