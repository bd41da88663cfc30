import { ConfigError, type ConfigProvider, ConnectError, messageOf, type RawConfig } from '@penstock/core'
import { within } from '../time/within.ts'
import { type ConfigVariable, findVariables, replaceVariables } from './config-variables.ts'

/** A configuration and what its variables stand for at the moment. */
export interface ResolvedConfig {
  /** As written; the only form that is stored, shown or sent anywhere. */
  readonly given: RawConfig
  /** For whoever uses it, within this process. */
  readonly values: RawConfig
  /** What was put in the place of each variable, by its text. */
  readonly secrets: ReadonlyMap<string, string>
  /** After so many milliseconds the values may be others; null: they hold. */
  readonly ttlMs: number | null
}

/** Keeps secrets out of texts; the one of a process is `telemetry/redactor.ts`. */
export interface SecretMask {
  /** `shown` stands in the place of the secret from now on. */
  hide(secret: string, shown?: string): void
}

const timeoutMs = 30_000

/** Looks up what variables in configurations stand for, and has it masked in this process's texts from then on. */
export class ConfigResolver {
  readonly #providers: ReadonlyMap<string, ConfigProvider>
  readonly #mask: SecretMask

  /** `providers` by the name that stands in front of the colon. */
  constructor(providers: ReadonlyMap<string, ConfigProvider>, mask: SecretMask) {
    this.#providers = providers
    this.#mask = mask
  }

  /** Throws ConfigError naming every key whose provider failed; what a provider doesn't know stays as it is. */
  async resolve(given: RawConfig): Promise<ResolvedConfig> {
    const places = new Map<string, Place>()
    for (const [key, value] of Object.entries(given)) {
      for (const variable of value === null ? [] : findVariables(value)) {
        if (!this.#providers.has(variable.provider)) continue
        const place = places.get(placeOf(variable)) ?? { variable, configKey: key, keys: new Set() }
        place.keys.add(variable.key)
        places.set(placeOf(variable), place)
      }
    }
    if (places.size === 0) return { given, values: given, secrets: new Map(), ttlMs: null }

    const { found, ttlMs } = await this.#lookUp(places)
    const secrets = new Map<string, string>()
    const values = Object.entries(given).map(([key, value]): [string, string | null] => {
      if (value === null) return [key, null]
      const replaced = replaceVariables(value, (variable) => {
        const secret = found.get(placeOf(variable))?.[variable.key]
        if (secret !== undefined) secrets.set(variable.text, secret)
        return secret
      })
      return [key, replaced]
    })
    for (const [text, secret] of secrets) this.#mask.hide(secret, text)
    return { given, values: Object.fromEntries(values), secrets, ttlMs }
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#providers.values()].map(async (provider) => provider.close?.()))
  }

  async #lookUp(places: ReadonlyMap<string, Place>): Promise<{
    found: ReadonlyMap<string, Readonly<Record<string, string>>>
    ttlMs: number | null
  }> {
    const answers = await Promise.allSettled(
      [...places].map(async ([id, place]) => [id, await this.#ask(place)] as const),
    )
    const problems = answers.flatMap((answer, at) => {
      const place = [...places.values()][at]
      if (answer.status === 'fulfilled' || place === undefined) return []
      const { configKey, variable } = place
      return [{ key: configKey, message: `${configKey} refers to ${variable.text}: ${messageOf(answer.reason)}` }]
    })
    if (problems.length > 0) throw new ConfigError(problems, 'config.provider_failed')
    const given = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
    const ttls = given.flatMap(([, { ttlMs }]) => (ttlMs === undefined ? [] : [ttlMs]))
    return {
      found: new Map(given.map(([id, { data }]) => [id, ownTexts(data)])),
      ttlMs: ttls.length === 0 ? null : Math.min(...ttls),
    }
  }

  async #ask({ variable, keys }: Place): ReturnType<ConfigProvider['get']> {
    const provider = this.#providers.get(variable.provider)
    if (provider === undefined) return { data: {} }
    const answer = await within(timeoutMs, provider.get(variable.path, [...keys]), () => {
      const text = `config provider ${variable.provider} did not answer within ${timeoutMs} ms`
      throw new ConnectError('config.provider_timeout', text)
    })
    return answer ?? { data: {} } // of a provider that isn't typed
  }
}

/** One look-up: some keys below a path. */
interface Place {
  /** The first that asks for it. */
  readonly variable: ConfigVariable
  readonly configKey: string
  readonly keys: Set<string>
}

function placeOf({ provider, path }: ConfigVariable): string {
  return `${provider}:${path}`
}

/** A provider is somebody else's code: only texts of the object itself count. */
function ownTexts(data: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const texts = Object.entries(data).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.assign(Object.create(null), Object.fromEntries(texts)) as Readonly<Record<string, string>>
}
