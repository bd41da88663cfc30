import { expect, test, vi } from 'vitest'
import * as core from './index.ts'

vi.resetModules()
const other = await import('./index.ts')

const of = core.schema.struct([['a', core.schema.string()]])
const { ConnectError, DataError, RetriableError, NotFoundError, ConflictError } = core
const errors = Object.entries({ ConnectError, DataError, RetriableError, NotFoundError, ConflictError })

test('values, records and errors of another copy are known as what they are', () => {
  expect(other.Struct === core.Struct).toBe(false)
  const struct = new other.Struct(of, { a: 'x' })
  expect(struct instanceof core.Struct).toBe(true)
  expect(core.javaText(of, struct)).toBe('Struct{a=x}')
  expect(new other.Decimal(5n, 1) instanceof core.Decimal).toBe(true)
  expect(new other.JsonNumber('0.10') instanceof core.JsonNumber).toBe(true)
  expect(core.stringifyJson(new other.JsonNumber('0.10'))).toBe('0.10')
  expect(new other.Password('x') instanceof core.Password).toBe(true)
  const fields = { sourcePartition: {}, sourceOffset: {}, topic: 't', value: core.nothing }
  expect(new other.SourceRecord(fields) instanceof core.SourceRecord).toBe(true)
  const others: Readonly<Record<string, unknown>> = { ...other }
  for (const [name, own] of errors) {
    expect(new (others[name] as typeof ConnectError)('a.b', 'text') instanceof own).toBe(true)
  }
  expect(new other.ConfigError([]) instanceof core.ConfigError).toBe(true)
})

test('each class is only itself and what it extends', () => {
  const retriable = new other.RetriableError('a.b', 'text')
  expect(retriable instanceof core.ConnectError).toBe(true)
  expect(retriable instanceof core.DataError).toBe(false)
  expect(new other.StageError('TASK_PUT', 'Some', retriable) instanceof core.DataError).toBe(true)
  class OwnError extends core.RetriableError {}
  expect(retriable instanceof OwnError).toBe(false)
  expect(new OwnError('a.b', 'text') instanceof OwnError).toBe(true)
  for (const value of [null, undefined, 5, 'text', {}, []])
    expect((value as unknown) instanceof core.Struct).toBe(false)
})
