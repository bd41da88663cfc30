/** `${file:/run/secrets/es.properties:password}`: an entry of a Java properties file. */
import { configDef, definePlugin, parseProperties } from '@penstock/core'
import { AllowedPaths } from './allowed-paths.ts'
import { fileKeys } from './common-keys.ts'
import { picked } from './picked.ts'
import { readText } from './read-text.ts'

export const fileConfigProvider = definePlugin({
  kind: 'config_provider',
  name: 'FileConfigProvider',
  aliases: ['org.apache.kafka.common.config.provider.FileConfigProvider'],
  summary: 'Values from Java properties files.',
  config: configDef(fileKeys),
  create: ({ 'allowed.paths': paths, 'ttl.ms': ttlMs }) => {
    const allowed = new AllowedPaths(paths)
    return {
      get: async (path, keys) => {
        const file = path === '' ? null : await allowed.real(path)
        const text = file === null ? null : await readText(file)
        return picked(text === null ? {} : parseProperties(text), keys, ttlMs)
      },
    }
  },
})
