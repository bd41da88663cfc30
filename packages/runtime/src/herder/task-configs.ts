import type { RawConfig } from '@penstock/core'
import { sameConfig } from '../config/same-config.ts'

/** Topic keys of a connector that every task config must carry, whatever the plugin made of it. */
const copiedKeys = ['topics', 'topics.regex'] as const

/** What is stored for a task: what the plugin made, with the connector's topics. */
export function completeTaskConfigs(connector: RawConfig, made: readonly RawConfig[]): RawConfig[] {
  return made.map((config) => ({
    ...config,
    ...Object.fromEntries(
      copiedKeys.filter((key) => Object.hasOwn(connector, key)).map((key) => [key, connector[key] ?? null]),
    ),
  }))
}

/** The connector's config as its tasks see it: `name` is always there. */
export function asTaskConfig(connector: string, config: RawConfig): RawConfig {
  return config.name === undefined ? { ...config, name: connector } : config
}

/**
 * True when `next` must be written: another number of tasks, any difference in one, or a connector config that isn't the
 * one the present tasks were made from (so that any change of it restarts them). Configs are compared as they are written,
 * with variables: what those stand for is known to executors alone, who tell when it changes.
 */
export function tasksChanged(parts: {
  current: readonly (RawConfig | null)[]
  next: readonly RawConfig[]
  applied: RawConfig | null
  config: RawConfig
}): boolean {
  const { current, next, applied, config } = parts
  if (current.length !== next.length || applied === null || !sameConfig(applied, config)) return true
  return next.some((candidate, task) => !sameConfig(current[task] ?? {}, candidate))
}
