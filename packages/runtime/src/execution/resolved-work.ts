/**
 * Stands between the worker's requests and what runs here: requests and replies hold configurations as they are
 * written, connectors and tasks are given what the variables in them stand for. Nothing else in the system has both.
 */
import { ConflictError, type KeyDefinitions, type RawConfig, type TaskId, taskName, traceOf } from '@penstock/core'
import type { ConfigResolver, ResolvedConfig } from '../config/config-resolver.ts'
import { hasVariables, restoreVariables } from '../config/config-variables.ts'
import { writtenSecrets } from '../config/secrets.ts'
import type { ConfigInfos } from '../plugins/description.ts'
import { shownValidation } from '../plugins/shown-validation.ts'
import type { Redactor } from '../telemetry/redactor.ts'
import type { ConnectorInstances } from './connector-instances.ts'
import type { InspectedConfig } from './inspection/inspected-connector.ts'
import type { ExecutorChannel, Inspected, StartConnector, StartTask } from './ipc.ts'
import type { RunningConfigs } from './running-configs.ts'
import type { TaskInstances } from './task-instances.ts'

export interface ResolvedWorkParts {
  readonly connectors: Pick<ConnectorInstances, 'start' | 'stop' | 'taskConfigs'>
  readonly tasks: Pick<TaskInstances, 'start' | 'stop'>
  readonly configs: RunningConfigs
  readonly resolver: Pick<ConfigResolver, 'resolve'>
  /** The keys that the connector's plugin declares; none where it isn't known. */
  readonly declaredKeys: (config: RawConfig) => KeyDefinitions
  readonly redactor: Redactor
  readonly channel: Pick<ExecutorChannel, 'send'>
}

export class ResolvedWork {
  readonly #parts: ResolvedWorkParts
  readonly #connectors = new Map<string, ResolvedConfig>()

  constructor(parts: ResolvedWorkParts) {
    this.#parts = parts
  }

  async validate(config: RawConfig, check: (config: RawConfig) => Promise<ConfigInfos>): Promise<ConfigInfos> {
    const resolved = await this.#resolve(config)
    const infos = await check(resolved.values)
    return shownValidation(infos, resolved, (text) => this.#parts.redactor.redact(text))
  }

  /** A connector's configuration for some short work. */
  async values(config: RawConfig): Promise<RawConfig> {
    return (await this.#resolve(config)).values
  }

  /** The same of the two that an inspection needs. */
  async inspected({ connector, config, taskConfig }: Inspected): Promise<InspectedConfig> {
    return { connector, config: await this.values(config), taskConfig: await this.values(taskConfig) }
  }

  async startConnector({ connector, config }: StartConnector): Promise<string> {
    const { configs, connectors } = this.#parts
    const opened = await configs.open(ownerOf(connector), connector, [config] as const)
    if (opened === null) throw stoppedMeanwhile(`connector ${connector}`)
    const [resolved] = opened
    this.#hideWritten(resolved, resolved.values)
    this.#connectors.set(connector, resolved)
    try {
      return await connectors.start({ connector, config: resolved.values })
    } catch (error) {
      this.#forget(connector, resolved)
      throw error
    }
  }

  async stopConnector(connector: string): Promise<void> {
    this.#forget(connector, this.#connectors.get(connector))
    await this.#parts.connectors.stop(connector)
  }

  /** As they are to be stored. `limits` were read by somebody who doesn't know what variables stand for. */
  async taskConfigs(connector: string, limits: { maxTasks: number; enforceMax: boolean }): Promise<RawConfig[]> {
    const resolved = this.#connectors.get(connector)
    const { maxTasks, enforceMax } = resolved === undefined ? limits : realLimits(limits, resolved)
    const made = await this.#parts.connectors.taskConfigs(connector, maxTasks, enforceMax)
    return resolved === undefined ? made : made.map((config) => restoreVariables(config, resolved))
  }

  /** A failure becomes the task's status. */
  async startTask(start: StartTask): Promise<void> {
    const { configs, tasks, channel } = this.#parts
    const { id, connectorConfig, taskConfig } = start
    let opened: readonly [ResolvedConfig, ResolvedConfig] | null
    try {
      opened = await configs.open(taskOwnerOf(id), id.connector, [connectorConfig, taskConfig] as const)
    } catch (error) {
      const trace = traceOf(error)
      channel.send({ kind: 'task-status', id, state: 'FAILED', trace, version: null, fenced: false })
      return
    }
    if (opened === null) return
    for (const resolved of opened) this.#hideWritten(resolved, opened[0].values)
    await tasks.start({ ...start, connectorConfig: opened[0].values, taskConfig: opened[1].values })
  }

  async stopTask(id: TaskId, options: { leaveGroup: boolean }): Promise<void> {
    this.#parts.configs.release(taskOwnerOf(id))
    await this.#parts.tasks.stop(id, options)
  }

  async #resolve(config: RawConfig): Promise<ResolvedConfig> {
    const resolved = await this.#parts.resolver.resolve(config)
    this.#hideWritten(resolved, resolved.values)
    return resolved
  }

  /** Secrets that are written out in the configuration are none the less secrets. */
  #hideWritten({ given }: ResolvedConfig, connector: RawConfig): void {
    const { redactor, declaredKeys } = this.#parts
    for (const secret of writtenSecrets(given, declaredKeys(connector))) redactor.hide(secret)
  }

  #forget(connector: string, resolved: ResolvedConfig | undefined): void {
    if (this.#connectors.get(connector) !== resolved) return
    this.#connectors.delete(connector)
    this.#parts.configs.release(ownerOf(connector))
  }
}

function ownerOf(connector: string): string {
  return `connector ${connector}`
}

function taskOwnerOf(id: TaskId): string {
  return `task ${taskName(id)}`
}

function stoppedMeanwhile(what: string): ConflictError {
  return new ConflictError('executor.stopped', `${what} was stopped while its values were looked up`)
}

function realLimits(
  limits: { maxTasks: number; enforceMax: boolean },
  { given, values }: ResolvedConfig,
): { maxTasks: number; enforceMax: boolean } {
  const max = hasVariables(given['tasks.max']) ? Number(values['tasks.max']) : limits.maxTasks
  const enforce = hasVariables(given['tasks.max.enforce'])
    ? values['tasks.max.enforce']?.trim().toLowerCase() !== 'false'
    : limits.enforceMax
  return { maxTasks: max, enforceMax: enforce }
}
