import { hiddenSecret, type RawConfig } from '@penstock/core'
import { hasVariables } from '../config/config-variables.ts'
import type { ConfigInfo, ConfigInfos } from './description.ts'

/**
 * The answer of a validation as it may be shown: with the variables of the configuration, not what they stand for.
 * `redact` masks what the problems of plugins tell of other values.
 */
export function shownValidation(
  infos: ConfigInfos,
  config: { readonly given: RawConfig; readonly values: RawConfig },
  redact: (text: string) => string,
): ConfigInfos {
  const shown = (info: ConfigInfo): ConfigInfo => {
    const { name, value, errors } = info.value
    const given = config.given[name]
    const used = config.values[name]
    if (typeof given !== 'string' || typeof used !== 'string' || !hasVariables(given)) {
      return { ...info, value: { ...info.value, errors: errors.map(redact) } }
    }
    // Also where it is too short to be masked in any text.
    const named = (error: string): string =>
      error.replace(`Invalid value ${used} for`, () => `Invalid value ${given} for`)
    return {
      ...info,
      value: {
        ...info.value,
        value: value === null || value === hiddenSecret ? value : given,
        errors: errors.map((error) => redact(named(error))),
      },
    }
  }
  return { ...infos, name: config.given['connector.class'] ?? infos.name, configs: infos.configs.map(shown) }
}
