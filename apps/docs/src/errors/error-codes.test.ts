import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { collectErrorCodes } from './error-codes.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const { codes, unread } = collectErrorCodes(root)
const rows = readFileSync(join(root, 'docs', 'troubleshooting.md'), 'utf8')
  .split('\n')
  .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()))
  .filter(([, first = '']) => /^`[a-z_]+\.\S+`$/.test(first))
const explained = rows.map(([, code = '']) => code.slice(1, -1))

test('docs/troubleshooting.md explains every code of an error', () => {
  expect(codes.length).toBeGreaterThan(200)
  expect(codes.filter((code) => !explained.includes(code))).toEqual([])
})

test('docs/troubleshooting.md explains no code that there is not', () => {
  expect(explained.filter((code) => !codes.includes(code))).toEqual([])
})

test('no code is explained twice, and each has a meaning and what to do', () => {
  expect(explained.filter((code, index) => explained.indexOf(code) !== index)).toEqual([])
  expect(rows.filter(([, , meaning = '', mending = '']) => meaning === '' || mending === '')).toEqual([])
})

test('every error is thrown in a way that its code is found by', () => {
  expect(unread).toEqual([])
})
