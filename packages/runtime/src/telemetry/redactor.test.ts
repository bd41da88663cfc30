import { ConnectError } from '@penstock/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Redactor } from './redactor.ts'

const hiding = (...secrets: string[]): Redactor => {
  const redactor = new Redactor()
  for (const secret of secrets) redactor.hide(secret)
  return redactor
}

test('a secret is hidden wherever it stands, behind the name that it was given', () => {
  const redactor = hiding('hunter22')
  redactor.hide('hunter2', `\${env:P}`)
  expect(redactor.redact('hunter22, hunter2 and xhunter2x')).toBe(`[hidden], \${env:P} and x\${env:P}x`)
  expect(redactor.redact('nothing here')).toBe('nothing here')
  expect(hiding().redact('hunter2')).toBe('hunter2')
})

test('a secret is hidden in JSON, in URLs and in basic authentication', () => {
  const secret = 'p"ä:ss/w\\rd+1'
  const redactor = hiding(secret)
  expect(redactor.redact(JSON.stringify({ a: `x${secret}y` }))).toBe('{"a":"x[hidden]y"}')
  expect(redactor.redact(`https://me:${encodeURIComponent(secret)}@host/`)).toBe('https://me:[hidden]@host/')
  for (const user of ['u', 'us', 'use', 'user', '']) {
    const header = Buffer.from(`${user}:${secret}`).toString('base64')
    const redacted = redactor.redact(`Basic ${header}`)
    expect(redacted).toContain('[hidden]')
    // All but what it shares with its neighbours: one byte at either end.
    expect(redacted.replace('[hidden]', '').length).toBeLessThan('Basic '.length + user.length * 2 + 8)
  }
})

test('a secret of several lines is hidden line by line, as logs indent and cut', () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n'
  const redacted = hiding(pem).redact(`    ${pem.replaceAll('\n', '\n    ')} and hkiG9w0BAQEFAASC`)
  expect(redacted).not.toMatch(/MII|hki|PRIVATE/)
})

test('words that occur anywhere are left alone', () => {
  const words = ['abc', 'true', 'false', '', ' ', '1', '9200', 'info']
  expect(hiding(...words).redact(words.join(' '))).toBe(words.join(' '))
})

test('a short word of letters is a secret where it stands alone, not as part of another', () => {
  const redactor = hiding('elastic', 'häuser')
  expect(redactor.redact('user elastic, "elastic":elastic_1 häuser')).toBe(
    'user [hidden], "[hidden]":[hidden]_1 [hidden]',
  )
  expect(redactor.redact('elasticsearch inelastic gewächshäuser')).toBe('elasticsearch inelastic gewächshäuser')
  expect(hiding('elasticity-1').redact('elasticity-12')).toBe('[hidden]2')
})

test('errors lose it in message and stack, with their causes, and stay what they are', () => {
  const cause = new Error('401 for s3cr3t-1')
  const error = new ConnectError('a.b', 'no entry with s3cr3t-1', { cause })
  const redacted = hiding('s3cr3t-1').redactError(error)
  expect(redacted).toBe(error)
  expect(redacted.code).toBe('a.b')
  expect([redacted.message, cause.message]).toEqual(['no entry with [hidden]', '401 for [hidden]'])
  expect(`${redacted.stack}${cause.stack}`).not.toContain('s3cr3t')
  expect(hiding('s3cr3t-1').redactError('text')).toBe('text')
})

test('of secrets that are headers each value is hidden, also without its name', () => {
  const redactor = hiding('X-Api-Key: k3y-of-mine,Other:t0ken:with:colons, Short:abc')
  expect(redactor.redact('no k3y-of-mine, not t0ken:with:colons; abc')).toBe('no [hidden], not [hidden]; abc')
})

test('of very many secrets the latest are kept', () => {
  const redactor = new Redactor()
  for (let number = 0; number < 30_000; number++) redactor.hide(`secret-${number}-`)
  expect(redactor.redact('secret-29999-')).toBe('[hidden]')
  expect(redactor.redact('secret-1-')).toBe('secret-1-')
})

test('no text that holds a secret keeps it', () => {
  const letters = fc.constantFrom('1', '-', '"', '\\', '/', 'ü', '\ud83d\ude00')
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: letters, minLength: 4, maxLength: 12 }), { minLength: 1, maxLength: 4 }),
      fc.array(fc.string({ unit: letters })),
      (secrets, texts) => {
        const redactor = hiding(...secrets)
        const line = texts.join(secrets[0])
        const redacted = redactor.redact(line).replaceAll('[hidden]', '\n')
        for (const secret of secrets) expect(redacted.includes(secret)).toBe(false)
        const json = redactor.redact(JSON.stringify(line)).replaceAll('[hidden]', '\n')
        for (const secret of secrets) expect(json.includes(JSON.stringify(secret).slice(1, -1))).toBe(false)
      },
    ),
  )
})
