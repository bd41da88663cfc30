import { ConnectError } from '@penstock/core'

/** Makes sure that former tasks of an exactly-once source can't write any more (KIP-618). Leader only. */
export async function fenceZombies(connector: string): Promise<void> {
  throw new ConnectError('herder.fencing_unsupported', `The former tasks of ${connector} can't be fenced yet`)
}
