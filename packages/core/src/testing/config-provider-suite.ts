/**
 * What every config provider must do, as cases for any test framework:
 * `for (const { name, check } of configProviderSuite(plugin, setUp)) test(name, check)`.
 */
import assert from 'node:assert/strict'
import type { RawConfig } from '../config-def.ts'
import type { ConfigProvider } from '../config-provider.ts'
import type { ConfigProviderPlugin } from '../plugin.ts'
import { soon } from './deadline.ts'
import { pluginSuite, type SuiteCase } from './plugin-suite.ts'

/** Something to read from, made anew for each case. */
export interface ConfigProviderFixture {
  /** Valid parameters. */
  readonly raw: RawConfig
  readonly path: string
  /** What is below the path, or some of it; at least two keys. */
  readonly data: Readonly<Record<string, string>>
  close?(): Promise<void> | void
}

/** A provider with a place where it finds something. */
export function configProviderSuite(
  plugin: ConfigProviderPlugin,
  setUp: () => Promise<ConfigProviderFixture> | ConfigProviderFixture,
): SuiteCase[] {
  const cases: Record<string, (provider: ConfigProvider, fixture: ConfigProviderFixture) => Promise<void>> = {
    'gives what is asked for and nothing else': async (provider, { path, data }) => {
      const [first] = Object.keys(data)
      assert.ok(first !== undefined && Object.keys(data).length > 1, 'the place must hold two keys')
      assert.deepEqual({ ...(await provider.get(path, [first])).data }, { [first]: data[first] })
      assert.deepEqual({ ...(await provider.get(path, Object.keys(data))).data }, data)
      assert.deepEqual({ ...(await provider.get(path, [])).data }, {})
    },
    'gives at least as much when asked for everything': async (provider, { path, data }) => {
      const all = (await provider.get(path, null)).data
      for (const [key, value] of Object.entries(data)) assert.equal(all[key], value)
    },
    'leaves out what it does not know, names that every object has too': async (provider, { path }) => {
      const unknown = ['no-such-key', '', '__proto__', 'constructor', 'toString', '..', '../x', 'a:b']
      assert.deepEqual(Object.keys((await provider.get(path, unknown)).data), [])
    },
    'answers questions that overlap each for itself': async (provider, { path, data }) => {
      const keys = Object.keys(data)
      const answers = await Promise.all(keys.map((key) => provider.get(path, [key])))
      assert.deepEqual(
        answers.map((answer) => ({ ...answer.data })),
        keys.map((key) => ({ [key]: data[key] })),
      )
    },
    'says of its values how long they hold in whole milliseconds, or nothing': async (provider, { path, data }) => {
      const { ttlMs } = await provider.get(path, Object.keys(data))
      assert.ok(ttlMs === undefined || (Number.isSafeInteger(ttlMs) && ttlMs > 0))
    },
  }
  const readingCases = Object.entries(cases).map(([name, check]) => ({
    name: `${plugin.name} ${name}`,
    async check() {
      const fixture = await setUp()
      const provider = plugin.create(plugin.config.parse(fixture.raw))
      try {
        await soon(name, check(provider, fixture))
      } finally {
        await provider.close?.()
        await fixture.close?.()
      }
    },
  }))
  return [...pluginSuite(plugin), ...readingCases]
}
