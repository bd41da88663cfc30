import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseNodeUrl, redactUrl, urlProblem } from './node-urls.ts'

test.each([
  ['http://es:9200', 'http://es:9200'],
  ['http://user:pass@es:9200/a@b', 'http://es:9200/a@b'],
  ['https://us@er:p@ss@es', 'https://es'],
  ['user:pass@es:9200', 'es:9200'],
  ['http://user:pa/ss@es', 'http://es'],
])('%s is shown as %s', (url, shown) => {
  expect(redactUrl(url)).toBe(shown)
})

test('scheme and port may be left out, a path is kept, slashes at the end are not', () => {
  expect(parseNodeUrl('es').url.href).toBe('http://es/')
  expect(parseNodeUrl('https://es:9243/cluster/a/').url.href).toBe('https://es:9243/cluster/a')
})

test('user-info is taken out and decoded', () => {
  const { url, auth } = parseNodeUrl('http://el%40stic:s%2Fcret@es:9200')
  expect(url.href).toBe('http://es:9200/')
  expect(auth).toEqual({ username: 'el@stic', password: 's/cret' })
})

test('a bad URL is named without its password', () => {
  expect(urlProblem('ftp://me:secret@es')).toBe('ftp://es is not an http or https URL')
  expect(urlProblem('http://me:secret@')).not.toContain('secret')
})

test('whatever is in a password, it is not shown', () => {
  const part = fc.string().map((text) => text.replaceAll(/[/?#\\]/g, ''))
  fc.assert(
    fc.property(part, part, fc.constantFrom('http://', 'https://', ''), (user, rest, scheme) => {
      const text = `${scheme}${user}:S3CRET${rest}@es:9200/a@b`
      expect(redactUrl(text)).not.toContain('S3CRET')
      expect(urlProblem(text) ?? '').not.toContain('S3CRET')
    }),
  )
})
