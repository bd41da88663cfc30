/** Changes some keys of a connector's config so that patches of several users at once all take effect. */
import type { RawConfig } from '@penstock/core'
import { sameConfig } from '../config/same-config.ts'
import type { ExecutorPool } from '../execution/executor-pool.ts'
import type { ConnectorRecords } from './connector-records.ts'
import type { ConnectorInfo } from './herder.ts'
import { validated } from './validation.ts'

export interface PatchConfigParts {
  readonly records: Pick<ConnectorRecords, 'configOf' | 'patched' | 'put'>
  readonly executors: Pick<ExecutorPool, 'validate'>
  /** Runs a job of the herder's queue; on the leader only where there is one. */
  readonly run: <T>(name: string, job: () => Promise<T>) => Promise<T>
}

/**
 * The patch is applied to the config as the queue's owner knows it. Validation may take long and runs plugin code, so
 * it is no part of the job: where the config has changed meanwhile, patch and validation are made anew.
 */
export async function patchConfig(
  connector: string,
  patch: RawConfig,
  { records, executors, run }: PatchConfigParts,
): Promise<ConnectorInfo> {
  let base = await run(`reading the config of ${connector}`, async () => records.configOf(connector))
  for (;;) {
    const known = base
    const config = records.patched(known, patch)
    await validated(executors, config)
    const outcome = await run(`patching the config of ${connector}`, async () => {
      const current = records.configOf(connector)
      if (!sameConfig(current, known)) return { changed: current }
      return { put: await records.put(connector, config, { initialState: null, allowReplace: true }) }
    })
    if (outcome.put !== undefined) return outcome.put.info
    base = outcome.changed
  }
}
