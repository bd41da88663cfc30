import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '@penstock/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { requiredWorkerKeys } from '../config/fixtures/worker.ts'
import { Redactor } from '../telemetry/redactor.ts'
import { openWorkerConfig } from './worker-config-providers.ts'

const source = `export default [{
  kind: 'config_provider', name: 'VaultConfigProvider', aliases: ['com.example.VaultConfigProvider'], summary: '',
  config: { keys: {}, parse: (raw) => raw },
  create: ({ prefix }) => ({ get: async (path, keys) => ({ data: Object.fromEntries(keys.map((key) => [key, prefix + key])) }) }),
}]`

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'penstock-providers-'))
  await mkdir(join(root, 'vault'))
  const manifest = { name: 'vault', version: '1.0.0', type: 'module', exports: './index.js' }
  await writeFile(
    join(root, 'vault', 'package.json'),
    JSON.stringify({ ...manifest, penstock: { configProviders: '.' } }),
  )
  await writeFile(join(root, 'vault', 'index.js'), source)
})
afterEach(() => rm(root, { recursive: true, force: true }))

const open = (keys: Record<string, string>) => {
  const redactor = new Redactor()
  const raw = { ...requiredWorkerKeys, ...keys }
  return { raw, redactor, opened: openWorkerConfig({ mode: 'distributed', raw, appFolder: null, redactor }) }
}
const vault = (): Record<string, string> => ({
  'plugin.path': root,
  'config.providers': 'vault',
  'config.providers.vault.class': 'Vault',
  'config.providers.vault.param.prefix': 'secret-',
})

test('the worker’s own keys are looked up, all but those that say where providers come from', async () => {
  const { raw, redactor, opened } = open({
    ...vault(),
    'group.id': `\${vault:group}`,
    'sasl.jaas.config': `x required password="\${vault:jaas}";`,
    'config.providers.vault.param.other': `\${vault:other}`,
  })
  const { config, resolver } = await opened
  expect(config['group.id']).toBe('secret-group')
  expect(config.raw['sasl.jaas.config']).toBe('x required password="secret-jaas";')
  expect(config.raw['config.providers.vault.param.other']).toBe(`\${vault:other}`)
  expect(config.given).toEqual(raw)
  expect(redactor.redact('secret-jaas')).toBe(`\${vault:jaas}`)
  expect((await resolver.resolve({ a: `\${vault:a}` })).values).toEqual({ a: 'secret-a' })
})

test('without config.providers nothing is loaded and nothing replaced', async () => {
  const { raw, opened } = open({ 'plugin.path': '/nowhere', 'client.id': `\${vault:id}` })
  const { config } = await opened
  expect(config.raw).toEqual(raw)
})

test('errors name the variable, not what it stands for', async () => {
  const { opened } = open({ ...vault(), 'session.timeout.ms': `\${vault:timeout}` })
  const error = await opened.catch((thrown: unknown) => thrown)
  expect(messageOf(error)).toMatch(/^Invalid value \$\{vault:timeout\} for configuration session\.timeout\.ms/)
})

test('an unknown class is told by its key, with the known ones', async () => {
  const { opened } = open({ ...vault(), 'config.providers': 'vault,other', 'config.providers.other.class': 'Nothing' })
  await expect(opened).rejects.toThrow(
    /^config\.providers\.other: .*matches Nothing, available config providers are: com\.example\.VaultConfigProvider \(1\.0\.0\)/,
  )
})
