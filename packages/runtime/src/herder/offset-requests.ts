/** Reading and changing the positions of connectors on request (KIP-875). */
import { ConnectError } from '@penstock/core'
import type { ConfigState } from '../storage/config-state.ts'
import { BadRequestError } from './errors.ts'
import type { ConnectorOffset, OffsetsChanged } from './herder.ts'

export interface OffsetRequestParts {
  readonly configs: ConfigState
}

/** The positions of a connector; partitions without one are left out. */
export async function readOffsets(connector: string, _parts: OffsetRequestParts): Promise<readonly ConnectorOffset[]> {
  throw unsupported(connector)
}

/** Sets the positions of these partitions and leaves the others. Leader only. */
export async function alterOffsets(
  connector: string,
  _offsets: readonly ConnectorOffset[],
  { configs }: OffsetRequestParts,
): Promise<OffsetsChanged> {
  mustBeStopped(connector, configs)
  throw unsupported(connector)
}

/** Forgets every position of a connector. Leader only. */
export async function resetOffsets(connector: string, { configs }: OffsetRequestParts): Promise<OffsetsChanged> {
  mustBeStopped(connector, configs)
  throw unsupported(connector)
}

/** A connector that may still write positions of its own must not have them changed under it. */
function mustBeStopped(connector: string, configs: ConfigState): void {
  if (configs.targetState(connector) === 'STOPPED' && configs.tasks(connector).length === 0) return
  throw new BadRequestError(
    'offsets.not_stopped',
    `Connectors must be in the STOPPED state before their offsets can be modified. This can be done for the specified connector by issuing a 'PUT' request to the '/connectors/${connector}/stop' endpoint`,
  )
}

function unsupported(connector: string): ConnectError {
  return new ConnectError('offsets.unsupported', `The offsets of connector ${connector} can't be read or changed yet`)
}
