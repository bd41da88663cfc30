/** Has the cluster check configs before any of them is sent. */
import { type ConnectClient, ConnectError, type ConnectorConfig, hiddenSecret } from '@penstock/client'
import { exitCodes } from '../exit-codes.ts'
import { CliError } from '../failure.ts'
import { mapAtMost, REQUESTS_AT_ONCE } from '../map-at-most.ts'
import { SecretKeys, withoutUrlPassword } from '../output/secrets.ts'
import { printable } from '../output/table.ts'

export interface ConfigProblem {
  readonly connector: string
  /** Null for what belongs to no key. */
  readonly key: string | null
  readonly problem: string
}

/** Every problem of a config; none where it may be sent. */
export async function problemsOf(client: ConnectClient, config: ConnectorConfig): Promise<ConfigProblem[]> {
  const connector = config.name ?? ''
  const plugin = config['connector.class']
  if (plugin === undefined || plugin.trim() === '') {
    return [{ connector, key: 'connector.class', problem: 'connector.class is missing: name the plugin to run' }]
  }
  try {
    const { configs } = await client.validate(plugin, config)
    const problems = configs.flatMap(({ value }) =>
      value.errors.map((problem) => ({ connector, key: value.name, problem })),
    )
    return await withoutSecrets(client, config, problems)
  } catch (error) {
    // The plugin itself can't be told, or a value is such that validation fails as a whole.
    if (!(error instanceof ConnectError) || (error.status !== 400 && error.status !== 500)) throw error
    return await withoutSecrets(client, config, [{ connector, key: null, problem: error.message }])
  }
}

/** Rejects with all problems of all configs. */
export async function requireValid(client: ConnectClient, configs: readonly ConnectorConfig[]): Promise<void> {
  const problems = (await mapAtMost(REQUESTS_AT_ONCE, configs, (config) => problemsOf(client, config))).flat()
  if (problems.length === 0) return
  throw new CliError('cli.invalid_config', exitCodes.invalid, formatProblems(problems))
}

export function formatProblems(problems: readonly ConfigProblem[]): string {
  const byConnector = [...Map.groupBy(problems, ({ connector }) => connector)]
  return byConnector
    .map(([connector, own]) => {
      const lines = own.map(({ key, problem }) => `  ${key === null ? '' : `${key}: `}${printable(problem)}`)
      return [`the config of ${connector} is invalid:`, ...lines].join('\n')
    })
    .join('\n')
}

/** Workers of Kafka Connect quote the value that they refuse. */
async function withoutSecrets(
  client: ConnectClient,
  config: ConnectorConfig,
  problems: ConfigProblem[],
): Promise<ConfigProblem[]> {
  if (problems.length === 0) return problems
  const secrets = [...(await new SecretKeys(client).of(config))].flatMap((key) => config[key] ?? [])
  return problems.map((found) => ({
    ...found,
    problem: withoutUrlPassword(secrets.reduce((text, secret) => text.replaceAll(secret, hiddenSecret), found.problem)),
  }))
}
