import type { Plugin, Predicate, RawConfig, Schema, SinkRecord, Transformation } from '@penstock/core'
import { type SinkRecordFields, sinkRecord } from '@penstock/core/testing'
import plugins from '../index.ts'

/** A configured transformation of this package. */
export function transformation(name: string, raw: RawConfig = {}): Transformation {
  const plugin = named(name)
  if (plugin.kind !== 'transformation') throw new Error(`${name} is no transformation`)
  return plugin.create(plugin.config.parse(raw))
}

export function predicate(name: string, raw: RawConfig = {}): Predicate {
  const plugin = named(name)
  if (plugin.kind !== 'predicate') throw new Error(`${name} is no predicate`)
  return plugin.create(plugin.config.parse(raw))
}

/** Applies a transformation to one record. */
export function apply(name: string, raw: RawConfig, fields: SinkRecordFields): SinkRecord | null {
  return transformation(name, raw).apply(sinkRecord(fields))
}

/** Applies the `$Value` form to a value and gives the new one. */
export function applyToValue(name: string, raw: RawConfig, value: unknown, valueSchema: Schema | null = null): unknown {
  return apply(`${name}$Value`, raw, { value, valueSchema, topic: 't', partition: 3, offset: 41n })?.value.value
}

function named(name: string): Plugin {
  const plugin = plugins.find((candidate) => candidate.name === name || candidate.aliases.includes(name))
  if (plugin === undefined) throw new Error(`no plugin ${name}`)
  return plugin
}
