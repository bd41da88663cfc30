/** Which values of a connector's config are secrets. They are never printed. */
import { type ConfigKeyInfo, type ConnectClient, type ConnectorConfig, hiddenSecret } from '@penstock/client'
import { looksSecret } from '@penstock/runtime/secrets'

const onlyVariables = /^(\$\{[^}]*\})+$/

/** Knows the password keys of plugins by what the worker says of them, and asks for each plugin once. */
export class SecretKeys {
  readonly #client: Pick<ConnectClient, 'pluginConfig'>
  readonly #known = new Map<string, Promise<ReadonlyMap<string, ConfigKeyInfo>>>()

  constructor(client: Pick<ConnectClient, 'pluginConfig'>) {
    this.#client = client
  }

  /** The keys of this config whose values are secrets. */
  async of(config: ConnectorConfig): Promise<ReadonlySet<string>> {
    const definitions = await this.#definitions(config['connector.class'])
    return new Set(
      Object.entries(config)
        .filter(([key, value]) => {
          const definition = definitions.get(key)
          const secret = definition === undefined ? looksSecret(key) : definition.type === 'PASSWORD'
          return secret && value !== null && value !== '' && !onlyVariables.test(value)
        })
        .map(([key]) => key),
    )
  }

  async mask(config: ConnectorConfig): Promise<ConnectorConfig> {
    return masked(config, await this.of(config))
  }

  async #definitions(plugin: string | undefined): Promise<ReadonlyMap<string, ConfigKeyInfo>> {
    if (plugin === undefined) return new Map()
    let asked = this.#known.get(plugin)
    if (asked === undefined) {
      // Without an answer (an unknown plugin, an older Kafka Connect) the names of keys must do.
      asked = this.#client.pluginConfig(plugin).then(
        (keys) => new Map(keys.map((key) => [key.name, key])),
        () => new Map(),
      )
      this.#known.set(plugin, asked)
    }
    return asked
  }
}

export function masked(config: ConnectorConfig, secrets: ReadonlySet<string>): ConnectorConfig {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, secrets.has(key) ? hiddenSecret : withoutUrlPassword(value)]),
  )
}

/** With the mask in place of passwords in addresses. */
export function withoutUrlPassword(value: string): string {
  return typeof value === 'string' ? value.replace(/(\/\/[^\s/?#@"':]*):[^\s/?#@"']+@/g, `$1:${hiddenSecret}@`) : value
}

/** The config with the present values where it has the mask; `left` are the keys that have no present value. */
export function unmask(
  config: ConnectorConfig,
  present: ConnectorConfig | null,
): { readonly config: ConnectorConfig; readonly left: readonly string[] } {
  const left: string[] = []
  const entries = Object.entries(config).map(([key, value]) => {
    if (!value.includes(hiddenSecret)) return [key, value]
    const stored = present?.[key]
    if (stored === undefined || (value !== hiddenSecret && value !== withoutUrlPassword(stored))) left.push(key)
    return [key, stored ?? value]
  })
  return { config: Object.fromEntries(entries), left }
}
