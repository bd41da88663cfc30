import { type ConfigProvider, codeOf, messageOf } from '@penstock/core'
import { expect, test, vi } from 'vitest'
import { Redactor } from '../telemetry/redactor.ts'
import { ConfigResolver } from './config-resolver.ts'

function resolverWith(providers: Record<string, ConfigProvider['get']>) {
  const redactor = new Redactor()
  const given = Object.entries(providers).map(([name, get]): [string, ConfigProvider] => [name, { get }])
  return { redactor, resolver: new ConfigResolver(new Map(given), redactor) }
}

test('variables get their values, what nobody knows stays, and the written form is kept', async () => {
  const get = vi.fn(async () => ({ data: { p: 's3cret-1', u: 'elastic' }, ttlMs: 500 }))
  const { resolver } = resolverWith({ file: get })
  const given = {
    password: `\${file:/f:p}`,
    url: `http://\${file:/f:u}:\${file:/f:p}@\${file:/f:nothing}\${other:x}`,
    plain: 'text',
    nothing: null,
  }
  expect(await resolver.resolve(given)).toEqual({
    given,
    values: { ...given, password: 's3cret-1', url: `http://elastic:s3cret-1@\${file:/f:nothing}\${other:x}` },
    secrets: new Map([
      [`\${file:/f:p}`, 's3cret-1'],
      [`\${file:/f:u}`, 'elastic'],
    ]),
    ttlMs: 500,
  })
  // Each place is read once.
  expect(get.mock.calls).toEqual([['/f', ['p', 'u', 'nothing']]])
})

test('values are not searched for variables again', async () => {
  const { resolver } = resolverWith({ env: async () => ({ data: { A: `\${env:B}`, B: 'no' } }) })
  expect((await resolver.resolve({ a: `\${env:A}` })).values).toEqual({ a: `\${env:B}` })
})

test('the shortest time to live of all places counts', async () => {
  const ttls: Record<string, number | undefined> = { '/a': 900, '/b': undefined, '/c': 300 }
  const { resolver } = resolverWith({
    file: async (path) => {
      const ttlMs = ttls[path]
      return { data: { k: path }, ...(ttlMs === undefined ? {} : { ttlMs }) }
    },
  })
  const resolved = await resolver.resolve({ a: `\${file:/a:k}`, b: `\${file:/b:k}`, c: `\${file:/c:k}` })
  expect(resolved.ttlMs).toBe(300)
  expect((await resolver.resolve({ b: `\${file:/b:k}` })).ttlMs).toBeNull()
})

test('what was looked up is masked by its variable from then on', async () => {
  const { resolver, redactor } = resolverWith({ env: async () => ({ data: { A: 's3cret-1' } }) })
  await resolver.resolve({ a: `x\${env:A}` })
  expect(redactor.redact('401 for s3cret-1')).toBe(`401 for \${env:A}`)
})

test('a provider that fails or says nonsense is told by key and variable', async () => {
  const { resolver } = resolverWith({
    file: () => Promise.reject(new Error('/f can’t be read')),
    odd: async () => ({ data: { k: 5 as unknown as string } }),
  })
  const error = await resolver
    .resolve({ a: `\${file:/f:k}`, b: `\${file:/g:k}`, c: `\${odd:k}` })
    .catch((thrown: unknown) => thrown)
  expect(codeOf(error)).toBe('config.provider_failed')
  expect(messageOf(error)).toBe(
    `a refers to \${file:/f:k}: /f can’t be read\nb refers to \${file:/g:k}: /f can’t be read`,
  )
  expect((await resolver.resolve({ c: `\${odd:k} \${odd:toString}` })).values).toEqual({
    c: `\${odd:k} \${odd:toString}`,
  })
})

test('a provider that never answers is given up', async () => {
  vi.useFakeTimers()
  try {
    const { resolver } = resolverWith({ file: () => new Promise(() => {}) })
    const failed = expect(resolver.resolve({ a: `\${file:/f:k}` })).rejects.toThrow(/did not answer within 30000 ms/)
    await vi.advanceTimersByTimeAsync(30_000)
    await failed
  } finally {
    vi.useRealTimers()
  }
})
