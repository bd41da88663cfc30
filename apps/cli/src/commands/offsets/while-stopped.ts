import { setTimeout as wait } from 'node:timers/promises'
import { type ConnectClient, ConnectError } from '@penstock/client'
import type { Cli } from '../../cli.ts'
import { untilCondition } from '../wait.ts'

const stopMs = 60_000
const pauseMs = 500

/**
 * Changes positions, which only a stopped connector lets happen. With `restart` it is stopped for that and runs again
 * afterwards, whatever becomes of the change.
 */
export async function whileStopped<T>(
  cli: Cli,
  client: ConnectClient,
  name: string,
  restart: boolean,
  change: () => Promise<T>,
): Promise<T> {
  if (!restart) return change()
  const { connector } = await client.status(name)
  if (connector.state === 'STOPPED') return change()
  await client.stop(name)
  try {
    await untilCondition(cli, client, [name], 'stopped', stopMs)
    return await onceReleased(cli, change)
  } finally {
    await (connector.state === 'PAUSED' ? client.pause(name) : client.resume(name))
  }
}

/** The consumers of tasks that have just stopped are members of their group for a moment. */
async function onceReleased<T>(cli: Cli, change: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + stopMs
  for (;;) {
    try {
      return await change()
    } catch (error) {
      const passes = error instanceof ConnectError && error.status >= 500 && /group|retr/i.test(error.message)
      if (!passes || Date.now() >= deadline) throw error
      await wait(pauseMs, undefined, { signal: cli.signal })
    }
  }
}
