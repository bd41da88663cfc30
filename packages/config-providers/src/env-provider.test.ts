import { afterEach, expect, test, vi } from 'vitest'
import { envConfigProvider } from './index.ts'
import { created } from './testing/created.ts'

afterEach(() => vi.unstubAllEnvs())

test('variables of the environment are given by name', async () => {
  vi.stubEnv('ES_PASSWORD', 's3cret')
  vi.stubEnv('ES_EMPTY', '')
  expect(await created(envConfigProvider).get('', ['ES_PASSWORD', 'ES_EMPTY', 'ES_NOTHING', '__proto__'])).toEqual({
    data: { ES_PASSWORD: 's3cret', ES_EMPTY: '' },
  })
})

test('allowlist.pattern must match the whole name', async () => {
  vi.stubEnv('ES_PASSWORD', 's3cret')
  vi.stubEnv('MY_ES_PASSWORD', 'other')
  const provider = created(envConfigProvider, { 'allowlist.pattern': 'ES_.*|NONE' })
  expect((await provider.get('', ['ES_PASSWORD', 'MY_ES_PASSWORD'])).data).toEqual({ ES_PASSWORD: 's3cret' })
  expect(Object.keys((await provider.get('', null)).data)).toEqual(['ES_PASSWORD'])
  expect(() => created(envConfigProvider, { 'allowlist.pattern': '(' })).toThrow(
    /allowlist\.pattern.*regular expression/,
  )
})

test('a path is refused', async () => {
  await expect(created(envConfigProvider).get('/etc', ['PATH'])).rejects.toThrow(`write \${env:NAME}`)
})
