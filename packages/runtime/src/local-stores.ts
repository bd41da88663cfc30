/** The stores of a standalone worker: configs and statuses in memory, as long as it runs. */
import { type ConfigEvent, ConfigState } from './storage/config-state.ts'
import { ConfigStore } from './storage/config-store.ts'
import { LocalLog } from './storage/local-log.ts'
import { StatusStore } from './storage/status-store.ts'
import type { Stores } from './stores.ts'
import type { LoggerFactory } from './telemetry/logger.ts'

export async function openLocalStores(
  loggers: Pick<LoggerFactory, 'child'>,
  onConfigEvent: (event: ConfigEvent) => void,
): Promise<Stores> {
  const logger = loggers.child('storage')
  const state = new ConfigState(logger)
  let configs: ConfigStore
  const listener = ConfigStore.listener(state, () => configs, onConfigEvent)
  configs = new ConfigStore(new LocalLog(listener), state)
  const statuses = new StatusStore(logger)
  await configs.start()
  await statuses.start(new LocalLog((record) => statuses.read(record)))
  return {
    configs,
    statuses,
    close: async () => void (await Promise.all([configs.stop(), statuses.stop()])),
  }
}
