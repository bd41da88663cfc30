/** The part of a worker's start that is for those without a group: stores in memory, the standalone herder. */
import type { StandaloneConfig } from './config/worker-config.ts'
import { type InitialConnector, StandaloneHerder } from './herder/standalone-herder.ts'
import { WorkerLoggers } from './herder/worker-loggers.ts'
import { openLocalStores } from './local-stores.ts'
import type { HerderSurroundings, OpenHerder } from './open-herder.ts'

export async function openStandaloneHerder(
  surroundings: HerderSurroundings & { readonly config: StandaloneConfig },
  connectors: readonly InitialConnector[],
): Promise<OpenHerder> {
  const { config, executors, loggers, closers } = surroundings
  let herder: StandaloneHerder | null = null
  const stores = await openLocalStores(loggers, (event) => {
    herder?.local.onConfigEvent(event)
    herder?.events.onConfigEvent(event)
  })
  closers.push(() => stores.close())
  const opened = new StandaloneHerder({
    ...surroundings,
    configs: stores.configs,
    statuses: stores.statuses,
    loggers: new WorkerLoggers({
      loggers,
      tellExecutors: (name, level) => executors.setLogLevel(name, level),
      tellCluster: null,
    }),
    logger: loggers.child('herder'),
  })
  herder = opened
  closers.push(() => opened.stop())
  const asked = config.raw['exactly.once.source.support'] ?? 'disabled'
  if (asked !== 'disabled') {
    loggers
      .child('worker')
      .warn(
        `exactly.once.source.support=${asked} has no effect in a standalone worker: sources deliver at least once here`,
      )
  }
  return {
    herder: opened,
    configs: stores.configs.state,
    group: () => null,
    start: () => opened.start(connectors),
  }
}
