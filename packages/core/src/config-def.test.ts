import { describe, expect, test } from 'vitest'
import { configDef, key } from './config-def.ts'
import { ConfigError } from './errors.ts'
import { Password } from './password.ts'

const config = configDef({
  url: key.list({ importance: 'high', doc: 'Where to.' }),
  size: key.int({ default: 10, min: 1, max: 100, importance: 'medium', doc: 'How many.' }),
  mode: key.oneOf(['keep', 'DROP'], { default: 'keep', importance: 'low', doc: 'What then.' }),
  secret: key.password({ default: null, importance: 'high', doc: 'For nobody.' }),
  eager: key.boolean({ default: false, importance: 'low', doc: 'Now?' }),
  hidden: key.string({ default: null, importance: 'low', doc: 'Ours.', internal: true }),
  wait: key.long({ default: 5, importance: 'low', doc: 'Milliseconds.' }),
})

test('values are parsed by type, absent ones take their default', () => {
  const parsed = config.parse({ url: 'a, b', size: ' 7 ', mode: 'drop', eager: 'TRUE', secret: ' s ' })
  expect(parsed).toMatchObject({ url: ['a', 'b'], size: 7, mode: 'DROP', eager: true, hidden: null, wait: 5 })
  expect(parsed.secret?.reveal()).toBe(' s ')
})

test("a long takes Java's largest value for the largest exact one", () => {
  expect(config.parse({ url: 'a', wait: '9223372036854775807' }).wait).toBe(Number.MAX_SAFE_INTEGER)
})

describe('problems', () => {
  test('are told all at once', () => {
    const parse = () => config.parse({ size: '0', mode: 'x', eager: 'yes', secret: null })
    expect(parse).toThrow(ConfigError)
    expect(parse).toThrow(
      [
        'Missing required configuration "url" which has no default value.',
        'Invalid value 0 for configuration size: Value must be at least 1',
        'Invalid value x for configuration mode: String must be one of: keep, DROP',
        'Invalid value yes for configuration eager: Expected value to be either true or false',
      ].join('\n'),
    )
  })

  test.each([
    ['size', 'seven', 'Not a number of type INT'],
    ['size', '2147483647', 'Value must be no more than 100'],
    ['size', '2147483648', 'Not a number of type INT'],
    ['size', '1.5', 'Not a number of type INT'],
    ['wait', '1e3', 'Not a number of type LONG'],
  ])('%s=%s', (name, text, message) => {
    expect(() => config.parse({ url: 'a', [name]: text })).toThrow(message)
  })

  test('never show a password', () => {
    const strict = configDef({ pin: key.password({ importance: 'high', doc: '', check: () => 'too short' }) })
    expect(() => strict.parse({ pin: '1234' })).toThrow('Invalid value [hidden] for configuration pin: too short')
  })
})

test('validation answers key by key, without internal keys and secrets', () => {
  const values = config.validate({ url: 'a', secret: 's3cret' })
  expect(values.map(({ name }) => name)).toEqual(['url', 'size', 'mode', 'secret', 'eager', 'wait'])
  expect(JSON.stringify(values)).not.toContain('s3cret')
  expect(values.find(({ name }) => name === 'secret')?.value).toBe('[hidden]')
  expect(String(new Password('s3cret'))).toBe('[hidden]')
})

test('an invalid URL is shown without its user and password', () => {
  const def = configDef({ urls: key.list({ importance: 'high', doc: '', check: () => 'no good' }) })
  const [value] = def.validate({ urls: 'http://me:s3cret@a,ftp://you:p@ss@b/c@d' })
  expect(value?.errors).toEqual([
    'Invalid value http://[hidden]@a,ftp://[hidden]@b/c@d for configuration urls: no good',
  ])
})
