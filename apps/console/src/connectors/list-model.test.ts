import type { ConnectorState } from '@penstock/client'
import { expect, test } from 'vitest'
import type { ConnectorSummary } from '../live/cluster-state.ts'
import { type ListQuery, listed, listQueryOf, readListQuery, sortedBy } from './list-model.ts'

function connector(name: string, state: ConnectorState, lag: number | null = null): ConnectorSummary {
  const task = {
    ...{ id: 0, worker_id: 'a:1', state, records_per_second: null, bytes_per_second: null, records_total: null, lag },
    ...{ errors_total: null, dead_letters_total: null, retries_total: null, put_latency_ms: null, holding: null },
    last_error: null,
  }
  const at = { state, worker_id: 'a:1' }
  return {
    name,
    status: { name, type: 'sink', connector: at, tasks: [{ id: 0, ...at }] },
    metrics: { name, type: 'sink', tasks: [task] },
    throughput: [],
  }
}
const all = [connector('b-10', 'RUNNING', 5), connector('b-9', 'FAILED'), connector('a', 'PAUSED', 50)]
const query = (text: string): ListQuery => readListQuery(new URLSearchParams(text))
const shown = (text: string): string[] => listed(all, query(text)).map(({ name }) => name)

test('names are ordered as people count', () => {
  expect(shown('')).toEqual(['a', 'b-9', 'b-10'])
})

test('filters go together', () => {
  expect(shown('q=B-')).toEqual(['b-9', 'b-10'])
  expect(shown('q=b&state=RUNNING')).toEqual(['b-10'])
  expect(shown('state=nonsense')).toHaveLength(3)
})

test('what has failed comes first by state, what is not known last by figures', () => {
  expect(shown('sort=state')).toEqual(['b-9', 'b-10', 'a'])
  expect(shown('sort=lag&order=desc')).toEqual(['a', 'b-10', 'b-9'])
})

test('a query stands in the address and is read from it', () => {
  const wanted: ListQuery = { text: 'x y', state: 'FAILED', sort: 'lag', descending: true }
  expect(readListQuery(listQueryOf(wanted))).toEqual(wanted)
  expect(listQueryOf(query('')).size).toBe(0)
})

test('another click on a column turns its order around', () => {
  const once = sortedBy(query(''), 'lag')
  expect(once).toMatchObject({ sort: 'lag', descending: true })
  expect(sortedBy(once, 'lag')).toMatchObject({ sort: 'lag', descending: false })
  expect(sortedBy(once, 'name')).toMatchObject({ sort: 'name', descending: false })
})
