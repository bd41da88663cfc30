/** `${env:ES_PASSWORD}`: a variable of the worker's environment. */
import { ConnectError, configDef, definePlugin, key, messageOf } from '@penstock/core'
import { picked } from './picked.ts'

export const envConfigProvider = definePlugin({
  kind: 'config_provider',
  name: 'EnvVarConfigProvider',
  aliases: ['org.apache.kafka.common.config.provider.EnvVarConfigProvider'],
  summary: 'Values from environment variables.',
  config: configDef({
    'allowlist.pattern': key.string({
      default: null,
      importance: 'medium',
      doc: 'Regular expression that the whole name of a variable must match; without it all may be read.',
      check: patternProblem,
    }),
  }),
  create: ({ 'allowlist.pattern': pattern }) => {
    const isAllowed = pattern === null ? () => true : wholeMatch(pattern)
    return {
      get: async (path, keys) => {
        if (path !== '') {
          throw new ConnectError(
            'config_provider.no_path',
            `environment variables have no path, but "${path}" is given; write \${env:NAME}`,
          )
        }
        const allowed = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
          value !== undefined && isAllowed(name) ? [[name, value]] : [],
        )
        // An environment stays as it is while the process lives, so there is nothing to read again.
        return picked(Object.fromEntries(allowed), keys, null)
      },
    }
  },
})

function wholeMatch(pattern: string): (name: string) => boolean {
  const whole = new RegExp(`^(?:${pattern})$`)
  return (name) => whole.test(name)
}

function patternProblem(pattern: string): string | undefined {
  try {
    wholeMatch(pattern)
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
