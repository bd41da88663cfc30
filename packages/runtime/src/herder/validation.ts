import type { RawConfig } from '@penstock/core'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import { BadRequestError } from './errors.ts'

/** Validates a connector config on an executor; throws BadRequestError with all its problems in Kafka Connect's words. */
export async function validated(executors: ExecutorPool, config: RawConfig): Promise<void> {
  const infos = await executors.validate(config)
  const errors = infos.configs.flatMap(({ value }) => value.errors)
  if (errors.length === 0) return
  throw new BadRequestError(
    'connector.invalid_config',
    `Connector configuration is invalid and contains the following ${errors.length} error(s):\n${errors.join('\n')}\nYou can also find the above list of errors at the endpoint \`/connector-plugins/{connectorType}/config/validate\``,
  )
}
