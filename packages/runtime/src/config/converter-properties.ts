import type { ConfigProblem, RawConfig } from '@penstock/core'
import { withoutPrefix } from './prefix.ts'

export type ConverterUsage = 'key' | 'value' | 'header'
export const converterUsages: readonly ConverterUsage[] = ['key', 'value', 'header']

/** Which converter applies and with which options. */
export interface ConverterProperties {
  readonly usage: ConverterUsage
  /** Class name or short name. */
  readonly className: string
  /** Its keys without the prefix, and `converter.type`. */
  readonly options: RawConfig
  readonly setBy: 'connector' | 'worker'
}

/**
 * The converter of a connector: its own class with its own options, else the worker's class with the worker's options.
 * The two are never mixed; options of a connector that names no class count for nothing.
 */
export function converterProperties(
  usage: ConverterUsage,
  connector: RawConfig,
  worker: { readonly raw: RawConfig; readonly 'header.converter': string },
): ConverterProperties {
  const classKey = `${usage}.converter`
  const own = connector[classKey]
  if (typeof own === 'string')
    return { usage, className: own.trim(), options: optionsOf(usage, connector), setBy: 'connector' }
  const className = worker.raw[classKey] ?? (usage === 'header' ? worker['header.converter'] : '')
  return { usage, className: className.trim(), options: optionsOf(usage, worker.raw), setBy: 'worker' }
}

/** A converter key that is given but empty names no class. */
export function converterProblems(connector: RawConfig): ConfigProblem[] {
  return converterUsages
    .map((usage) => `${usage}.converter`)
    .filter((key) => connector[key]?.trim() === '')
    .map((key) => ({ key, message: `Invalid value  for configuration ${key}: Class must not be empty` }))
}

function optionsOf(usage: ConverterUsage, raw: RawConfig): RawConfig {
  return { ...withoutPrefix(raw, `${usage}.converter.`), 'converter.type': usage }
}
