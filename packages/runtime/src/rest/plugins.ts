import type { RawConfig } from '@penstock/core'
import { sinkConnectorConfig, sourceConnectorConfig } from '../config/connector-keys.ts'
import { BadRequestError } from '../herder/errors.ts'
import type { KeyInfo, PluginDescription } from '../plugins/description.ts'
import { keyInfos } from '../plugins/key-info.ts'
import { compareVersions, parseVersionRange } from '../plugins/version-range.ts'
import { readConfig } from './bodies.ts'
import { RestError } from './errors.ts'
import { secretsParameter } from './hidden-secrets.ts'
import { booleanParam, type Route } from './route.ts'
import { configInfosToWire, keyInfoToWire, pluginsToWire } from './wire.ts'

/** What is installed, and the checking of configs: `/connector-plugins`. */
export const pluginsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/connector-plugins',
    summary: 'Installed plugins.',
    query: {
      connectorsOnly: { description: 'Leave out all but connectors.', schema: { type: 'boolean', default: true } },
    },
    answers: { 200: 'Plugins' },
    handle: async ({ query }, { herder }) => ({
      status: 200,
      body: pluginsToWire(await herder.plugins(), { connectorsOnly: booleanParam(query, 'connectorsOnly', true) }),
    }),
  },
  {
    method: 'get',
    path: '/connector-plugins/{plugin}/config',
    summary: 'Configuration keys of a plugin; of a connector also those that every connector has.',
    query: { version: { description: 'A version or a range of versions.', schema: { type: 'string' } } },
    answers: { 200: 'KeyInfos', 400: 'Error', 404: 'Error' },
    handle: async (request, { herder }) => {
      const plugin = findPlugin(await herder.plugins(), request.param('plugin'), request.query.get('version'))
      return { status: 200, body: allKeys(plugin).map(keyInfoToWire) }
    },
  },
  {
    method: 'put',
    path: '/connector-plugins/{plugin}/config/validate',
    summary:
      'Checks a config; answers every key with its definition, value and errors. With `connector` the role admin is needed: plugins may use the secrets of its config.',
    role: 'operate',
    query: {
      connector: {
        description: 'The body holds changes to the config of this connector, as for PATCH; the outcome is checked.',
        schema: { type: 'string' },
      },
      ...secretsParameter,
    },
    body: 'ConfigPatch',
    answers: { 200: 'ConfigInfos', 400: 'Error', 404: 'Error' },
    handle: async (request, { herder }) => {
      const connector = request.query.get('connector')
      if (connector !== null) request.requireRole('admin')
      const given = readConfig(request.body)
      const config = connector === null ? given : withChanges(await herder.connectorConfig(connector), given)
      checkType(request.param('plugin'), config)
      return { status: 200, body: configInfosToWire(await herder.validate(config)) }
    },
  },
]

function findPlugin(plugins: readonly PluginDescription[], name: string, version: string | null): PluginDescription {
  const named = plugins.filter(
    (plugin) => plugin.class === name || plugin.name === name || plugin.aliases.includes(name),
  )
  const newestFirst = [...named].sort((a, b) => compareVersions(b.version, a.version))
  const [newest] = newestFirst
  if (newest === undefined) throw new RestError(404, `Unknown plugin ${name}.`)
  if (version === null || version === '' || version === 'latest') return newest
  const range = parseVersionRange(version)
  if (range === null) throw new RestError(400, `Invalid version specification: ${version}`)
  const fitting = newestFirst.find((plugin) => range.contains(plugin.version))
  if (fitting !== undefined) return fitting
  const available = newestFirst.map((plugin) => plugin.version).join(', ')
  throw new RestError(
    400,
    `Plugin ${name} not found that matches the version range ${range}, available versions: [${available}]`,
  )
}

/** The plugin's own first; a key that both declare is the plugin's. */
function allKeys(plugin: PluginDescription): readonly KeyInfo[] {
  if (plugin.kind !== 'sink' && plugin.kind !== 'source') return plugin.keys
  const framework = plugin.kind === 'sink' ? sinkConnectorConfig : sourceConnectorConfig
  const own = new Set(plugin.keys.map((key) => key.name))
  return [...plugin.keys, ...keyInfos(framework.keys).filter((key) => !own.has(key.name))]
}

function withChanges(config: RawConfig, changes: RawConfig): RawConfig {
  return Object.fromEntries(Object.entries({ ...config, ...changes }).filter(([, value]) => value !== null))
}

/** The plugin in the path must name the class in the config, or its end. */
export function checkType(requested: string, config: RawConfig): void {
  const included = config['connector.class'] ?? null
  if (included === null || withoutSuffix(included.trim()).endsWith(withoutSuffix(requested))) return
  throw new BadRequestError(
    'rest.type_mismatch',
    `Included connector type ${included} does not match request type ${requested}`,
  )
}

function withoutSuffix(name: string): string {
  return name.length > 'Connector'.length && name.endsWith('Connector') ? name.slice(0, -'Connector'.length) : name
}
