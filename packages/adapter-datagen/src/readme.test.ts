import { readdirSync, readFileSync } from 'node:fs'
import type { SourcePlugin } from '@penstock/core'
import { fakeSourceTaskContext, sameButForColumns } from '@penstock/core/testing'
import { expect, test } from 'vitest'
import { readme, withTables } from './config-table.ts'
import { likeExample } from './example.ts'
import { hints } from './hints.ts'
import datagenSource from './index.ts'

const { config, validate } = datagenSource as SourcePlugin

test('the tables in README.md are up to date (node --conditions=source src/config-table.ts)', () => {
  const text = readFileSync(readme, 'utf8')
  expect(sameButForColumns(text, withTables(text))).toBe(true)
})

test.each(Object.entries(hints))('the hint %s has the type that the table says', (name, { type }) => {
  const { schema } = likeExample(name === 'oneOf' || name === 'pattern' ? `{{${name} a}}` : `{{${name}}}`)
  expect(schema.name?.split('.').at(-1) ?? schema.type).toBe(type)
})

const examples = new URL('../examples/', import.meta.url)
const frameworkKeys = /^(connector\.class|tasks\.max|(key|value|header)\.converter.*)$/

test.each(readdirSync(examples))('examples/%s is a valid configuration', async (file) => {
  const { config: raw } = JSON.parse(readFileSync(new URL(file, examples), 'utf8'))
  expect(config.validate(raw).flatMap(({ errors }) => errors)).toEqual([])
  expect(await validate?.(raw, fakeSourceTaskContext())).toEqual([])
  expect(Object.keys(raw).filter((key) => !(key in config.keys) && !frameworkKeys.test(key))).toEqual([])
})
