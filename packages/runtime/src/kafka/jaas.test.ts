import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJaas } from './jaas.ts'

const module = 'org.apache.kafka.common.security.plain.PlainLoginModule'

describe('login modules of sasl.jaas.config', () => {
  test.each<[string, Record<string, string>]>([
    ['username="alice" password="s3cret";', { username: 'alice', password: 's3cret' }],
    ['username=alice password=s3cret;', { username: 'alice', password: 's3cret' }],
    ["username='al ice' password='it;s=fine';", { username: 'al ice', password: 'it;s=fine' }],
    ['username="a \\"b\\"" password="x=y;z\\\\";', { username: 'a "b"', password: 'x=y;z\\' }],
    ['\n  username = "alice"\n  password=""\n', { username: 'alice', password: '' }],
    ['p="tab\\there, A is \\101, bell \\7";', { p: 'tab\there, A is A, bell \x07' }],
    ['a.b-c="1" $d_e="2";', { 'a.b-c': '1', $d_e: '2' }],
    [';', {}],
  ])('options %j', (text, options) => {
    expect(parseJaas(`${module} required ${text}`)).toEqual({ module, options })
  })

  test.each([
    '',
    's3cret',
    'x.Module username="a";',
    'x.Module required username="a',
    'x.Module required username;',
    'x.Module required username="a" "b";',
    'x.Module required a=1; y.Module required b=2;',
  ])('%j is none', (text) => {
    expect(parseJaas(text)).toBeNull()
  })

  test('any text comes through quotes as it was', () => {
    const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (username, password) => {
        const entry = parseJaas(`${module} required username=${quoted(username)} password=${quoted(password)};`)
        expect(entry?.options).toEqual({ username, password })
      }),
    )
  })

  test('no text makes the parser throw', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => parseJaas(text) !== undefined))
  })
})
