import { configDef } from '@penstock/core'
import { pluginSuite } from '@penstock/core/testing'
import { describe, expect, test } from 'vitest'
import plugins from './index.ts'
import { registryKeys } from './registry/config.ts'

for (const plugin of plugins) {
  describe(plugin.name, () => {
    for (const { name, check } of pluginSuite(plugin)) test(name, check)

    test('is made without asking the registry, and has the keys of the registry', async () => {
      if (plugin.kind !== 'converter') throw new Error('a converter was expected')
      expect(Object.keys(plugin.config.keys)).toEqual(expect.arrayContaining(Object.keys(configDef(registryKeys).keys)))
      const converter = plugin.create(plugin.config.parse({ 'schema.registry.url': 'http://127.0.0.1:1' }), 'key')
      expect(converter.toConnectData('topic', null)).toEqual({ schema: null, value: null })
      await converter.close?.()
    })
  })
}
