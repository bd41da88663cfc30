import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const rules = read('deploy/prometheus/penstock.rules.yaml')
const ruleTests = read('deploy/prometheus/penstock.rules.test.yaml')
const runbook = read('docs/operations/alerts.md')
const metrics = read('docs/metrics.md')

/** Each rule with its text; what `promtool` checks isn't checked again. */
const alerts = rules
  .split(/^ {6}- alert: /m)
  .slice(1)
  .map((text): [string, string] => [text.slice(0, text.indexOf('\n')), text])

test('there are alerts for what an operator must hear of', () => {
  const names = alerts.map(([name]) => name.replace('Penstock', ''))
  expect(names).toEqual(
    expect.arrayContaining([
      ...['TaskFailed', 'SinkLagGrowing', 'DeadLettersGrowing', 'RebalanceStorm', 'ExecutorRestarts'],
      ...['OffsetCommitFailing', 'WorkerDown'],
    ]),
  )
  expect(new Set(names).size).toBe(names.length)
})

test.each(alerts)('%s says what is wrong, what to do, and is tested', (name, text) => {
  for (const part of ['summary:', 'description:', 'severity:']) expect(text).toContain(part)
  expect(text).toContain(`runbook_url: docs/operations/alerts.md#${name.toLowerCase()}\n`)
  expect(runbook).toContain(`\n## ${name}\n`)
  expect(ruleTests).toContain(`alertname: ${name}\n`)
  expect(ruleTests).toContain(`#${name.toLowerCase()}\n`)
})

test.each(alerts)('%s asks for metrics of docs/metrics.md', (_name, text) => {
  const names = text.match(/\b(?:kafka_connect|penstock|up)_?\w*(?=\{|\)|\[| >)/g) ?? []
  expect(names).not.toEqual([])
  for (const metric of names.filter((found) => found !== 'up')) expect(metrics).toContain(`\`${metric}\``)
})

test('the page explains no alert that isn’t there', () => {
  const explained = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, name]) => name)
  expect(explained.toSorted()).toEqual(alerts.map(([name]) => name).toSorted())
})
