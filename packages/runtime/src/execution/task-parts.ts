/** Pieces that sink and source tasks are put together from alike. */
import { ConfigError, type Logger, type TaskId, type TransformationContext, taskName } from '@penstock/core'
import type { WorkerConfig } from '../config/worker-config.ts'
import type { ErrorPolicyConfig } from './error-policy.ts'
import type { StartTask } from './ipc.ts'
import type { Converters } from './record-decoder.ts'
import type { TaskClients } from './task-clients.ts'
import { openTopicTable } from './topic-table.ts'

/** Refuses a task whose number is beyond `tasks.max`, left over from a larger setting (KIP-1004). */
export function checkTaskNumber(id: TaskId, config: { 'tasks.max': number; 'tasks.max.enforce': boolean }): void {
  if (!config['tasks.max.enforce'] || id.task < config['tasks.max']) return
  throw new ConfigError([
    { key: 'tasks.max', message: `task ${taskName(id)} is one too many: tasks.max is ${config['tasks.max']}` },
  ])
}

/** Of an exactly-once task's producer: the same for every copy of the task, so that a newer one fences the older (KIP-618). */
export function transactionalId(worker: Pick<WorkerConfig, 'group.id'>, { connector, task }: TaskId): string {
  return `${worker['group.id']}-${connector}-${task}`
}

export function errorPolicyConfig(config: {
  'errors.tolerance': 'none' | 'all'
  'errors.retry.timeout': number
  'errors.retry.delay.max.ms': number
  'errors.log.enable': boolean
  'errors.log.include.messages': boolean
}): ErrorPolicyConfig {
  return {
    tolerance: config['errors.tolerance'],
    retryTimeoutMs: config['errors.retry.timeout'],
    retryDelayMaxMs: config['errors.retry.delay.max.ms'],
    logEnabled: config['errors.log.enable'],
    logRecords: config['errors.log.include.messages'],
  }
}

export function transformationContext(
  parts: { start: Pick<StartTask, 'id'>; worker: WorkerConfig; logger: Logger; clock: TransformationContext['clock'] },
  clients: TaskClients,
): TransformationContext {
  const { connector, task } = parts.start.id
  return {
    connector,
    task,
    logger: parts.logger,
    clock: parts.clock,
    openTable: async (topic, { maxEntries }) => {
      const properties = clients.properties('consumer', {
        'client.id': `connector-table-${connector}-${task}`,
        'group.id': `connect-${connector}-table`,
        'isolation.level': 'read_committed',
      })
      const table = await openTopicTable({
        topic,
        maxEntries,
        consumerConfig: clients.rdkafka(properties),
        admin: clients.admin(),
        logger: parts.logger,
      })
      clients.onClose(() => table.close())
      return table
    },
  }
}

export async function closeConverters({ key, value }: Converters): Promise<void> {
  await Promise.allSettled([key, value].map(async ({ converter }) => converter.close?.()))
}
