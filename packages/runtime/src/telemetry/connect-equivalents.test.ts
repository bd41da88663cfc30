import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { connectEquivalents } from './connect-equivalents.ts'
import { metricGroups } from './metric-groups.ts'

const kafkaConnect = JSON.parse(
  readFileSync(new URL('./fixtures/connect-metrics.json', import.meta.url), 'utf8'),
) as Record<string, string[]>

test('every metric of Kafka Connect 4.3.1 has its place here, and none that it doesn’t have', () => {
  const listed = Object.entries(connectEquivalents).map(([group, attributes]) => [
    group,
    Object.keys(attributes).sort(),
  ])
  const wanted = Object.entries(kafkaConnect).map(([group, attributes]) => [group, attributes.toSorted()])
  expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(wanted))
})

test('the queries name metrics and labels that there are', () => {
  const declared = new Map(metricGroups.flatMap(({ metrics }) => metrics).map((metric) => [metric.name, metric]))
  for (const [group, attributes] of Object.entries(connectEquivalents)) {
    for (const [attribute, equivalent] of Object.entries(attributes)) {
      if ('reason' in equivalent || equivalent.query.includes('__name__')) continue
      const names = equivalent.query.match(/\b(kafka_connect|penstock|process|target)_\w+/g) ?? []
      expect(names, `${group} ${attribute}`).not.toEqual([])
      for (const name of names.filter((found) => found !== 'target_info')) {
        const metric = declared.get(name) ?? declared.get(name.replace(/_(sum|count)$/, ''))
        expect(metric, `${group} ${attribute}: ${name}`).toBeDefined()
        const label = /\{(\w+)!=""\}/.exec(equivalent.query)?.[1]
        if (label !== undefined) expect(metric?.labels, `${group} ${attribute}`).toContain(label)
      }
    }
  }
})
