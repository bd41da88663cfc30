import { readdirSync, readFileSync } from 'node:fs'
import { sameButForColumns } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { sinkConfig, sourceConfig } from './config.ts'
import { readme, withConfigTables } from './config-table.ts'

test('the tables of keys in README.md are up to date (node --conditions=source src/config-table.ts)', () => {
  const text = readFileSync(readme, 'utf8')
  expect(sameButForColumns(text, withConfigTables(text))).toBe(true)
})

const examples = new URL('../examples/', import.meta.url)
const frameworkKeys = /^(connector\.class|tasks\.max|topics|(key|value|header)\.converter.*)$/

test.each(readdirSync(examples))('examples/%s is a valid configuration', (file) => {
  const { config: raw } = JSON.parse(readFileSync(new URL(file, examples), 'utf8'))
  const config = raw['connector.class'] === 'FileStreamSource' ? sourceConfig : sinkConfig
  expect(config.validate(raw).flatMap(({ errors }) => errors)).toEqual([])
  expect(Object.keys(raw).filter((key) => !(key in config.keys) && !frameworkKeys.test(key))).toEqual([])
})
