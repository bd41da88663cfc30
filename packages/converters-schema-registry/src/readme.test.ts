import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readme, withConfigTables } from './config-table.ts'

test('the tables of keys in README.md are up to date (node --conditions=source src/config-table.ts)', () => {
  const text = readFileSync(readme, 'utf8')
  // The formatter aligns the columns.
  const plain = (table: string) => table.replace(/ +\|/g, ' |').replace(/-{3,}/g, '---')
  expect(plain(text)).toBe(plain(withConfigTables(text)))
})
