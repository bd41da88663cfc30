import { readdirSync, readFileSync } from 'node:fs'
import { sameButForColumns } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { config } from './config/config.ts'
import { readme, withConfigTables } from './config/config-table.ts'
import { crossKeyProblems } from './validation/validation.ts'

test('the table of keys in README.md is up to date (node --conditions=source src/config/config-table.ts)', () => {
  const text = readFileSync(readme, 'utf8')
  expect(sameButForColumns(text, withConfigTables(text))).toBe(true)
})

const examples = new URL('../examples/', import.meta.url)
const frameworkKeys =
  /^(connector\.class|tasks\.max|topics|topics\.regex|(key|value|header)\.converter.*|errors\..*|transforms.*)$/

test.each(readdirSync(examples))('examples/%s is a valid configuration', (file) => {
  const { name, config: raw } = JSON.parse(readFileSync(new URL(file, examples), 'utf8'))
  expect(name).toBeTypeOf('string')
  expect(config.validate(raw).flatMap(({ errors }) => errors)).toEqual([])
  expect(crossKeyProblems(config.parse(raw), raw)).toEqual([])
  const unknown = Object.keys(raw).filter((key) => !(key in config.keys) && !frameworkKeys.test(key))
  expect(unknown).toEqual([])
})
