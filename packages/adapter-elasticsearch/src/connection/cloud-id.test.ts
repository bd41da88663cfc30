import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cloudIdProblem, cloudUrl } from './cloud-id.ts'

const idOf = (text: string): string => `my deployment:${Buffer.from(text).toString('base64')}`

test.each([
  ['eu-west-1.aws.found.io$abc$kib', 'https://abc.eu-west-1.aws.found.io'],
  ['eu.example.io:9243$abc$kib', 'https://abc.eu.example.io:9243'],
  ['eu.example.io:9243$abc:9244$kib:9245', 'https://abc.eu.example.io:9244'],
  ['eu.example.io$abc', 'https://abc.eu.example.io'],
])('%s is at %s', (text, url) => {
  expect(cloudUrl(idOf(text))).toBe(url)
  expect(cloudIdProblem(idOf(text))).toBeUndefined()
})

test('a name may hold colons', () => {
  expect(cloudUrl(`a:b:${Buffer.from('host.io$es').toString('base64')}`)).toBe('https://es.host.io')
})

test('whatever is no Cloud ID is a problem, never a crash or a strange URL', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.string().map(idOf)), (text) => {
      if (text === '' || cloudIdProblem(text) !== undefined) return
      expect(new URL(cloudUrl(text)).protocol).toBe('https:')
    }),
  )
  for (const text of ['x', idOf('no dollar'), idOf('$abc$'), idOf('host$'), idOf('user@host$abc')]) {
    expect(cloudIdProblem(text)).toContain('a Cloud ID looks like')
  }
})
