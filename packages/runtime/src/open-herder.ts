/** What a worker's start gives to the herder that it opens, and gets back; the same for both kinds. */
import type { Clock } from '@penstock/core'
import type { ExecutorPool } from './execution/executor-pool.ts'
import type { Herder } from './herder/herder.ts'
import type { LocalWork } from './herder/local-work.ts'
import type { PeerClient } from './herder/peer-client.ts'
import type { KafkaAdmin } from './kafka/admin.ts'
import type { ProtocolClientConfig } from './kafka/client-config.ts'
import type { ConfigState } from './storage/config-state.ts'
import type { GroupFigures } from './telemetry/figures.ts'
import type { LogRing } from './telemetry/log-ring.ts'
import type { LoggerFactory } from './telemetry/logger.ts'
import type { ProcessMeter } from './telemetry/process-meter.ts'

export interface HerderSurroundings {
  readonly version: string
  readonly commit: string
  readonly kafkaClusterId: string
  /** `host:port` */
  readonly workerId: string
  /** Advertised URL with trailing slash. */
  readonly url: string
  readonly client: ProtocolClientConfig
  readonly admin: KafkaAdmin
  readonly executors: ExecutorPool
  readonly peers: PeerClient
  readonly process: ProcessMeter
  readonly logRing: LogRing
  readonly loggers: LoggerFactory
  readonly clock: Clock
  /** What is opened is added, to be closed in reverse. */
  readonly closers: (() => Promise<void>)[]
  readonly onFatal: (error: Error) => void
}

export interface OpenHerder {
  readonly herder: Herder & { readonly local: LocalWork }
  readonly configs: ConfigState
  /** Null for a worker without a group. */
  readonly group: () => GroupFigures | null
  /** Lets it begin; executors must be on their way. */
  readonly start: () => Promise<void>
}
