import { expect, test } from 'vitest'
import { converterProblems, converterProperties } from './converter-properties.ts'

const worker = {
  raw: {
    'value.converter': 'Json',
    'value.converter.schemas.enable': 'false',
    'value.converter.decimal.format': 'NUMERIC',
  },
  'header.converter': 'Simple',
}

test('without a class of its own a connector gets the worker’s class and options only', () => {
  expect(converterProperties('value', { 'value.converter.schemas.enable': 'true' }, worker)).toEqual({
    usage: 'value',
    className: 'Json',
    options: { 'schemas.enable': 'false', 'decimal.format': 'NUMERIC', 'converter.type': 'value' },
    setBy: 'worker',
  })
})

test('with a class of its own it gets its own options only', () => {
  expect(converterProperties('value', { 'value.converter': 'Json', 'value.converter.x': 'y' }, worker)).toEqual({
    usage: 'value',
    className: 'Json',
    options: { x: 'y', 'converter.type': 'value' },
    setBy: 'connector',
  })
})

test('the header converter has a default', () => {
  expect(converterProperties('header', {}, worker)).toEqual({
    usage: 'header',
    className: 'Simple',
    options: { 'converter.type': 'header' },
    setBy: 'worker',
  })
})

test('an empty class name is a problem', () => {
  expect(converterProblems({ 'key.converter': ' ' })).toEqual([
    { key: 'key.converter', message: 'Invalid value  for configuration key.converter: Class must not be empty' },
  ])
})
