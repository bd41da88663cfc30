import {
  type Plugin,
  type Predicate,
  type RawConfig,
  type Schema,
  SinkRecord,
  Struct,
  type Transformation,
  type TransformationContext,
} from '@penstock/core'
import { fakeTransformationContext, type SinkRecordFields, sinkRecord } from '@penstock/core/testing'
import plugins from '../index.ts'

/** A configured transformation of this package. */
export function transformation(
  name: string,
  raw: RawConfig = {},
  context: TransformationContext = fakeTransformationContext(),
): Transformation {
  const plugin = named(name)
  if (plugin.kind !== 'transformation') throw new Error(`${name} is no transformation`)
  return plugin.create(plugin.config.parse(raw), context)
}

export function predicate(name: string, raw: RawConfig = {}): Predicate {
  const plugin = named(name)
  if (plugin.kind !== 'predicate') throw new Error(`${name} is no predicate`)
  return plugin.create(plugin.config.parse(raw))
}

/** Applies a transformation that makes at most one record of one. */
export function apply(name: string, raw: RawConfig, fields: SinkRecordFields): SinkRecord | null {
  return applyTo(transformation(name, raw), sinkRecord(fields))
}

export function applyTo(made: Transformation, record: SinkRecord): SinkRecord | null {
  const after = made.apply(record)
  if (after === null || after instanceof SinkRecord) return after
  throw new Error('it gave a promise or a list, not one record')
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

/** A value that must be a struct. */
export function structOf(value: unknown): Struct {
  if (value instanceof Struct) return value
  throw new Error('it is no struct')
}
