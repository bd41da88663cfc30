/**
 * The worker's configuration with what its variables stand for, and the providers that it configures. Each process that
 * needs values makes its own from the properties as they were written: looked up secrets never travel between them.
 */
import {
  ConfigError,
  type ConfigProblem,
  type ConfigProvider,
  type ConfigProviderPlugin,
  type KeyDefinitions,
  type Logger,
  messageOf,
  type RawConfig,
} from '@penstock/core'
import { ConfigResolver, type SecretMask } from '../config/config-resolver.ts'
import { withoutPrefix } from '../config/prefix.ts'
import { writtenSecrets } from '../config/secrets.ts'
import {
  type DistributedConfig,
  parseStandaloneConfig,
  parseWorkerConfig,
  type StandaloneConfig,
  standaloneConfig,
  type WorkerMode,
  workerConfig,
} from '../config/worker-config.ts'
import { discoverPlugins } from './discovery.ts'
import { type LoadedPlugin, PluginRegistry } from './registry.ts'

interface ConfigByMode {
  readonly distributed: DistributedConfig
  readonly standalone: StandaloneConfig
}

const kinds: {
  readonly [Mode in WorkerMode]: {
    readonly keys: KeyDefinitions
    readonly parse: (raw: RawConfig, given: RawConfig) => ConfigByMode[Mode]
  }
} = {
  distributed: { keys: workerConfig.keys, parse: parseWorkerConfig },
  standalone: { keys: standaloneConfig.keys, parse: parseStandaloneConfig },
}

export interface WorkerConfigSources<Mode extends WorkerMode> {
  readonly mode: Mode
  /** The properties as they were written. */
  readonly raw: RawConfig
  /** The application whose dependencies bring providers; null for none. */
  readonly appFolder: string | null
  /** Is told every secret that comes along, and takes them out of errors. */
  readonly redactor: SecretMask & { redactError<E>(error: E): E }
}

export interface OpenedWorkerConfig<Mode extends WorkerMode> {
  readonly config: ConfigByMode[Mode]
  /** For connector configurations; whoever opened it closes it. */
  readonly resolver: ConfigResolver
}

/** Rejects with ConfigError, its texts showing variables in place of what they stand for. */
export async function openWorkerConfig<Mode extends WorkerMode>(
  sources: WorkerConfigSources<Mode>,
): Promise<OpenedWorkerConfig<Mode>> {
  const { mode, raw, appFolder, redactor } = sources
  const { keys, parse } = kinds[mode]
  for (const secret of writtenSecrets(raw, keys)) redactor.hide(secret)
  const resolver = new ConfigResolver(await openProviders(raw, appFolder), redactor)
  try {
    const { values } = await resolver.resolve(Object.fromEntries(Object.entries(raw).filter(([key]) => !isPlain(key))))
    return { config: parse({ ...raw, ...values }, raw), resolver }
  } catch (error) {
    await resolver.close()
    throw redactor.redactError(error)
  }
}

/** Keys that are taken as they are: they say where the providers come from. */
function isPlain(key: string): boolean {
  return key === 'plugin.path' || key === 'config.providers' || key.startsWith('config.providers.')
}

async function openProviders(raw: RawConfig, appFolder: string | null): Promise<ReadonlyMap<string, ConfigProvider>> {
  const aliases = [...new Set(listOf(raw['config.providers']))]
  const providers = new Map<string, ConfigProvider>()
  if (aliases.length === 0) return providers
  const { plugins, warnings } = await discoverProviders(listOf(raw['plugin.path']), appFolder)
  const registry = new PluginRegistry(plugins)
  const problems: ConfigProblem[] = []
  for (const alias of aliases) {
    const key = `config.providers.${alias}`
    try {
      const { plugin } = registry.find('config_provider', raw[`${key}.class`]?.trim() ?? '')
      providers.set(alias, create(plugin, withoutPrefix(raw, `${key}.param.`)))
    } catch (error) {
      problems.push({ key, message: [`${key}: ${messageOf(error)}`, ...warnings].join('; ') })
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  return providers
}

function create(plugin: ConfigProviderPlugin, parameters: RawConfig): ConfigProvider {
  return plugin.create(plugin.config.parse(parameters))
}

/** What can't be loaded matters only where it is wanted. */
async function discoverProviders(
  pluginFolders: readonly string[],
  appFolder: string | null,
): Promise<{ plugins: LoadedPlugin[]; warnings: readonly string[] }> {
  const warnings: string[] = []
  const ignore = (): void => {}
  const logger: Logger = { error: ignore, info: ignore, debug: ignore, warn: (message) => warnings.push(message) }
  return { plugins: await discoverPlugins({ appFolder, pluginFolders, logger, offer: 'configProviders' }), warnings }
}

function listOf(text: string | null | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
