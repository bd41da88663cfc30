import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dashboards, folder, jsonOf } from './grafana-dashboards.ts'

const page = readFileSync(new URL('../docs/metrics.md', import.meta.url), 'utf8')
/** In the text of an expression of Prometheus. */
const metricName = /\b(?:kafka_connect|penstock|process)_\w+/g

interface PlacedPanel {
  readonly id: number
  readonly type: string
  readonly datasource?: { readonly uid: string }
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
}

describe.each(Object.entries(dashboards))('deploy/grafana/dashboards/%s', (file, dashboard) => {
  const text = readFileSync(new URL(file, folder), 'utf8')
  const { panels, uid } = JSON.parse(text) as { uid: string; panels: readonly PlacedPanel[] }

  test('is up to date (node scripts/grafana-dashboards.ts)', () => {
    expect(text).toBe(jsonOf(dashboard))
  })

  test('has ids of its own, and panels side by side on the grid', () => {
    expect(Object.values(dashboards).filter((other) => other.uid === uid)).toHaveLength(1)
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    for (const [i, { gridPos: a }] of panels.entries()) {
      expect(a.x + a.w).toBeLessThanOrEqual(24)
      for (const { gridPos: b } of panels.slice(i + 1)) {
        expect(a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y).toBe(true)
      }
    }
  })

  test('asks the data source that is chosen, and names no host', () => {
    for (const { type, datasource } of panels) if (type !== 'row') expect(datasource?.uid).toBe('$datasource')
    expect(text).not.toMatch(/https?:|localhost|\d+\.\d+\.\d+\.\d+/)
  })

  test('shows metrics of docs/metrics.md', () => {
    const queries = dashboard.rows.flatMap(({ panels: ofRow }) => ofRow.flatMap((panel) => panel.queries))
    expect(queries.length).toBeGreaterThan(5)
    for (const { expr } of [...queries, ...dashboard.variables.map(({ metric }) => ({ expr: metric }))]) {
      const names = expr.match(metricName) ?? []
      expect(names, expr).not.toEqual([])
      for (const name of names) expect(page).toMatch(new RegExp(`\`(${name}|${name.replace(/_(sum|count)$/, '')})\``))
    }
  })
})
