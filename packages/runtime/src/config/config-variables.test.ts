import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findVariables, hasVariables, replaceVariables, restoreVariables } from './config-variables.ts'

const parts = (value: string) => findVariables(value).map(({ provider, path, key }) => [provider, path, key])

test('a variable names a provider, perhaps a path, and a key', () => {
  expect(parts(`\${file:/run/es.properties:password}`)).toEqual([['file', '/run/es.properties', 'password']])
  expect(parts(`\${env:ES_PASSWORD}`)).toEqual([['env', '', 'ES_PASSWORD']])
  expect(parts(`http://\${env:HOST}:\${env:PORT}/`)).toEqual([
    ['env', '', 'HOST'],
    ['env', '', 'PORT'],
  ])
  expect(parts(`\${vault:a:b:c}`)).toEqual([['vault', 'a', 'b:c']])
  expect(parts(`\${:}\${::}`)).toEqual([
    ['', '', ''],
    ['', '', ''],
  ])
})

test('what is nearly a variable is text', () => {
  for (const value of ['', 'text', `\${name}`, `\${}`, `\${env:OPEN`, 'env:A}', '$ {env:A}', '$']) {
    expect(hasVariables(value)).toBe(false)
  }
  expect(hasVariables(null)).toBe(false)
  // From the first brace on, as the pattern has it.
  expect(parts(`\${a\${env:A}`)).toEqual([[`a\${env`, '', 'A']])
})

test('variables are replaced once, and left where nothing is known of them', () => {
  const known: Record<string, string> = { A: 'one', B: `\${env:A}` }
  expect(replaceVariables(`<\${env:A}|\${env:B}|\${env:C}>`, ({ key }) => known[key])).toBe(`<one|\${env:A}|\${env:C}>`)
})

test('variables are the ones that Kafka’s pattern finds', () => {
  const pattern = /\$\{([^}]*?):(([^}]*?):)?([^}]*?)\}/g
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', ':', 'a', '\n', '$') }), (value) => {
      const expected = [...value.matchAll(pattern)].map(([text, provider, , path, key]) => [
        ...[text, provider, path ?? '', key],
      ])
      expect(findVariables(value).map(({ text, provider, path, key }) => [text, provider, path, key])).toEqual(expected)
      expect(replaceVariables(value, ({ text }) => text)).toBe(value)
      expect(replaceVariables(value, ({ key }) => `<${key}>`)).toBe(
        value.replace(pattern, (...found) => `<${String(found[4])}>`),
      )
    }),
    { numRuns: 2_000 },
  )
})

test('a value made to take long does not', () => {
  const startedAt = performance.now()
  for (const evil of [`\${${':'.repeat(200_000)}`, `\${a`.repeat(200_000), `\${:`.repeat(200_000)]) findVariables(evil)
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})

describe('the configuration of a task', () => {
  const connector = {
    given: { password: `\${file:/f:p}`, url: `http://\${env:HOST}`, 'batch.size': '10', flag: `\${env:FLAG}` },
    secrets: new Map([
      [`\${file:/f:p}`, 's3cret!'],
      [`\${env:HOST}`, 'es.example'],
      [`\${env:FLAG}`, 'true'],
    ]),
  }

  test('has the variable again where the connector’s has one under the same key', () => {
    expect(
      restoreVariables({ password: 's3cret!', url: 'http://es.example', 'batch.size': '10', flag: 'true' }, connector),
    ).toEqual(connector.given)
  })

  test('has the variable in place of a secret that was used under another key', () => {
    expect(restoreVariables({ own: 'https://me:s3cret!@es.example/', other: 'true', none: null }, connector)).toEqual({
      own: `https://me:\${file:/f:p}@\${env:HOST}/`,
      other: 'true',
      none: null,
    })
  })

  test('holds no secret, and means the same when it is looked up', () => {
    const secret = fc.string({ minLength: 4, maxLength: 8, unit: fc.constantFrom('a', 'b', '$', '{', ':', '}') })
    fc.assert(
      fc.property(secret, secret, fc.string({ unit: fc.constantFrom('a', 'b', '-') }), (one, two, text) => {
        const secrets = new Map([
          [`\${p:one}`, one],
          [`\${p:two}`, two],
        ])
        const made = `${text}${one}${text}${two}-${one}${two}`
        const restored = restoreVariables({ made }, { given: {}, secrets }).made ?? ''
        const stripped = replaceVariables(restored, ({ text: name }) => (secrets.has(name) ? '\n' : undefined))
        expect(stripped).not.toContain(one)
        expect(stripped).not.toContain(two)
      }),
    )
  })
})
