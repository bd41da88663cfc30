import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { referenceConnectorKeys, referenceWorkerKeys } from './config/fixtures/reference-keys.ts'
import { configurationPage } from './configuration-page.ts'
import { javaClientKeys } from './kafka/fixtures/java-client-keys.ts'

const page = configurationPage()

test('docs/configuration.md is what the declarations say (vitest configuration-page -u writes it)', async () => {
  await expect(page).toMatchFileSnapshot(fileURLToPath(new URL('../../../docs/configuration.md', import.meta.url)))
})

test.each([
  ['workers', '## Workers', '## Connectors', referenceWorkerKeys],
  ['connectors', '## Connectors', '## Kafka clients', referenceConnectorKeys],
  ['clients', '## Kafka clients', '\0', javaClientKeys],
])('every key that Kafka Connect has for %s has a row with a status', (_, from, to, keys) => {
  const part = page.slice(page.indexOf(from), page.includes(to) ? page.indexOf(to) : undefined)
  const statuses = /\| (supported|mapped|no effect|ignored with a warning|refused) /
  const rows = part.split('\n').filter((line) => statuses.test(line))
  const missing = keys.filter((key) => !rows.some((row) => row.startsWith(`| \`${key}\` `)))
  expect(missing).toEqual([])
})

test('what has no effect or is refused says why', () => {
  const reasons = page.split('\n').flatMap((line) => {
    const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim())
    const status = cells.findIndex((cell) => /^(no effect|ignored with a warning|refused)$/.test(cell))
    return status === -1 ? [] : [{ key: cells[1], reason: cells[status + 1] }]
  })
  expect(reasons.length).toBeGreaterThan(50)
  expect(reasons.filter(({ reason }) => !reason)).toEqual([])
})
