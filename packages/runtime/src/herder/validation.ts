import type { RawConfig } from '@penstock/core'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import { invalidConfigMessage } from '../plugins/invalid-config.ts'
import { BadRequestError } from './errors.ts'

/** Validates a connector config on an executor; throws BadRequestError with all its problems in Kafka Connect's words. */
export async function validated(executors: Pick<ExecutorPool, 'validate'>, config: RawConfig): Promise<void> {
  const message = invalidConfigMessage(await executors.validate(config))
  if (message !== null) throw new BadRequestError('connector.invalid_config', message)
}
