/** What `secrets=hidden` does to an answer that holds configs: for programs, such as the console, that show them to people. */
import { hiddenSecret, type RawConfig } from '@penstock/core'
import { writtenSecrets } from '../config/secrets.ts'
import type { PluginDescription } from '../plugins/description.ts'
import type { RouteDoc } from './route.ts'
import type { SchemaName } from './schemas.ts'

export const secretsParameter = {
  secrets: {
    description:
      '`hidden`: passwords and other secrets that are written out in a config are shown as `[hidden]`. References to config providers are shown as they are.',
    schema: { type: 'string' },
  },
} satisfies NonNullable<RouteDoc['query']>

/** True for a request that wants to see no secrets. */
export function hidesSecrets(query: URLSearchParams): boolean {
  return query.get('secrets')?.toLowerCase() === 'hidden'
}

/** The same body without secrets. `schema` says where configs are in it; the body may be another worker's. */
export function withoutSecrets(
  schema: SchemaName | null | undefined,
  body: unknown,
  plugins: readonly PluginDescription[],
): unknown {
  const shown = (config: unknown): RawConfig => shownConfig(config as RawConfig, plugins)
  switch (schema) {
    case 'ConnectorConfig':
      return shown(body)
    case 'ConnectorInfo':
      return { ...(body as object), config: shown((body as { config: unknown }).config) }
    case 'TaskConfigs':
      return (body as readonly { config: unknown }[]).map((task) => ({ ...task, config: shown(task.config) }))
    case 'ConnectorList':
      return Array.isArray(body) ? body : shownList(body as Record<string, { info?: { config: unknown } }>, shown)
    case 'ConfigInfos':
      return shownInfos(body as WireInfos)
    default:
      return body
  }
}

function shownList(
  connectors: Readonly<Record<string, { info?: { config: unknown } }>>,
  shown: (config: unknown) => RawConfig,
): object {
  return Object.fromEntries(
    Object.entries(connectors).map(([name, { info, ...rest }]) => [
      name,
      info === undefined ? rest : { info: { ...info, config: shown(info.config) }, ...rest },
    ]),
  )
}

interface WireInfos {
  readonly configs: readonly { readonly value: { readonly name: string; readonly value: string | null } }[]
}

/** Declared passwords are hidden in it already; what is left are secrets inside of other values. */
function shownInfos(infos: WireInfos): object {
  const configs = infos.configs.map((info) => {
    const { name, value } = info.value
    return isSecret(name, value, new Set()) ? { ...info, value: { ...info.value, value: hiddenSecret } } : info
  })
  return { ...infos, configs }
}

function shownConfig(config: RawConfig, plugins: readonly PluginDescription[]): RawConfig {
  const passwords = declaredPasswords(config, plugins)
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, isSecret(key, value, passwords) ? hiddenSecret : value]),
  )
}

function isSecret(key: string, value: string | null, passwords: ReadonlySet<string>): boolean {
  // What only looks like a password is judged by its name; a declared one by any name that looks like one.
  return writtenSecrets({ [passwords.has(key) ? 'password' : key]: value }).length > 0
}

/** The keys of a connector's config that its plugins declare as passwords. */
function declaredPasswords(config: RawConfig, plugins: readonly PluginDescription[]): ReadonlySet<string> {
  const found = new Set<string>()
  const add = (plugin: string | null | undefined, prefix: string): void => {
    const wanted = plugin?.trim() ?? ''
    // Several versions of a plugin may be there, and the name of one kind may be another's too: each one's passwords count.
    const named = plugins.filter(({ class: name, name: own, aliases }) => [name, own, ...aliases].includes(wanted))
    for (const { name, type } of named.flatMap(({ keys }) => keys)) {
      if (type === 'PASSWORD') found.add(`${prefix}${name}`)
    }
  }
  add(config['connector.class'], '')
  for (const [key, value] of Object.entries(config)) {
    if (/^(transforms|predicates)\.[^.]+\.type$/.test(key)) add(value, key.slice(0, -'type'.length))
    if (/^(key|value|header)\.converter$/.test(key)) add(value, `${key}.`)
  }
  return found
}
