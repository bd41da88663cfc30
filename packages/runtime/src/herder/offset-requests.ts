/** Reading and changing the positions of connectors on request (KIP-875). */
import { ConnectError, NotFoundError, type RawConfig } from '@penstock/core'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { ConfigState } from '../storage/config-state.ts'
import { connectorTypeOf } from './connector-types.ts'
import { BadRequestError } from './errors.ts'
import type { ConnectorOffset, OffsetsChanged } from './herder.ts'
import { parseSinkOffsets, sinkOffsetsToConnector } from './sink-offsets.ts'
import { asTaskConfig } from './task-configs.ts'

export interface OffsetRequestParts {
  readonly configs: ConfigState
  readonly executors: Pick<ExecutorPool, 'ask' | 'plugins'>
  /** Has older tasks of an exactly-once source fenced; nothing for other connectors. */
  readonly fence: (connector: string) => Promise<void>
}

/** The positions of a connector; partitions without one are left out. */
export async function readOffsets(connector: string, parts: OffsetRequestParts): Promise<readonly ConnectorOffset[]> {
  const { executors } = parts
  const { config, isSink } = await known(connector, parts)
  if (isSink) return sinkOffsetsToConnector(await executors.ask('read-sink-offsets', { connector, config }))
  return executors.ask('read-source-offsets', { connector, config })
}

/** Sets the positions of these partitions and leaves the others; null resets all. Leader only. */
export async function changeOffsets(
  connector: string,
  offsets: readonly ConnectorOffset[] | null,
  parts: OffsetRequestParts,
): Promise<OffsetsChanged> {
  const { configs, executors, fence } = parts
  mustBeStopped(connector, configs)
  const { config, isSink } = await known(connector, parts)
  if (isSink) {
    const changes = offsets === null ? null : parseSinkOffsets(offsets)
    return { byConnector: await executors.ask('alter-sink-offsets', { connector, config, changes }) }
  }
  await fence(connector)
  return { byConnector: await executors.ask('alter-source-offsets', { connector, config, changes: offsets }) }
}

/** A connector that may still write positions of its own must not have them changed under it. */
function mustBeStopped(connector: string, configs: ConfigState): void {
  if (configs.targetState(connector) === 'STOPPED' && configs.tasks(connector).length === 0) return
  throw new BadRequestError(
    'offsets.not_stopped',
    `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${connector}/stop' endpoint`,
  )
}

async function known(
  connector: string,
  { configs, executors }: OffsetRequestParts,
): Promise<{ config: RawConfig; isSink: boolean }> {
  const config = configs.config(connector)
  if (config === null) throw new NotFoundError('herder.unknown_connector', `Connector ${connector} not found`)
  const type = connectorTypeOf(await executors.plugins(), config)
  if (type === 'unknown') {
    throw new ConnectError(
      'offsets.no_plugin',
      `The offsets of connector ${connector} can't be looked at: this worker has no plugin ${config['connector.class']}`,
    )
  }
  return { config: asTaskConfig(connector, config), isSink: type === 'sink' }
}
