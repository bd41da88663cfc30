import type { ConfigType, Importance, PluginKind, Width } from '@penstock/core'

/** One configuration key as REST shows it; see `GET /connector-plugins/{plugin}/config`. */
export interface KeyInfo {
  readonly name: string
  readonly type: ConfigType
  readonly required: boolean
  readonly defaultValue: string | null
  readonly importance: Importance
  readonly documentation: string
  readonly group: string | null
  readonly orderInGroup: number
  readonly width: Width
  readonly displayName: string
  readonly dependents: readonly string[]
}

/**
 * What is known of a plugin without loading its code: executors load plugins, the worker's own process only knows
 * these descriptions. Plain data, so it crosses process boundaries.
 */
export interface PluginDescription {
  readonly kind: PluginKind
  /** The class name users of Kafka Connect know, else the plugin's own name. */
  readonly class: string
  readonly name: string
  readonly aliases: readonly string[]
  readonly version: string
  readonly summary: string
  readonly keys: readonly KeyInfo[]
  /** Also listed as header converter. */
  readonly usableForHeaders: boolean
}

/** The answer of a validation: every key's definition and value, as Kafka Connect's ConfigInfos. */
export interface ConfigInfos {
  /** The `connector.class` as it was given. */
  readonly name: string
  readonly errorCount: number
  readonly groups: readonly string[]
  readonly configs: readonly ConfigInfo[]
}

export interface ConfigInfo {
  /** Null for a value that has no definition. */
  readonly definition: KeyInfo | null
  readonly value: {
    readonly name: string
    readonly value: string | null
    readonly recommendedValues: readonly string[]
    readonly errors: readonly string[]
    readonly visible: boolean
  }
}
