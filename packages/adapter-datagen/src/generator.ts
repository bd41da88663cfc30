/** The parts that records are made of. @module */
import { type PrimitiveSchema, type Schema, Struct, type StructSchema, schema } from '@penstock/core'
import type { Dice } from './dice.ts'

/** Makes values of one schema. With `typed` unset they are what JSON would give, else what the schema asks for. */
export interface Generator {
  readonly schema: Schema
  generate(dice: Dice, typed: boolean): unknown
}

/** What is wrong with the description of records, and where in it. */
export class ShapeError extends Error {}

export function constant(value: string | number | boolean): Generator {
  if (typeof value === 'string') return { schema: schema.string(), generate: () => value }
  if (typeof value === 'boolean') return { schema: schema.boolean(), generate: () => value }
  return Number.isSafeInteger(value) ? int64(() => value) : { schema: schema.float64(), generate: () => value }
}

export function int64(make: (dice: Dice) => number): Generator {
  return { schema: schema.int64(), generate: (dice, typed) => (typed ? BigInt(make(dice)) : make(dice)) }
}

export function int32(make: (dice: Dice) => number): Generator {
  return { schema: schema.int32(), generate: make }
}

export function float64(make: (dice: Dice) => number): Generator {
  return { schema: schema.float64(), generate: make }
}

export function text(make: (dice: Dice) => string): Generator {
  return { schema: schema.string(), generate: make }
}

export function boolean(truth = 0.5): Generator {
  return { schema: schema.boolean(), generate: (dice) => dice.fraction() < truth }
}

/** A point in time; milliseconds since 1970 without schemas. */
export function timestamp(make: (dice: Dice) => number): Generator {
  return { schema: schema.timestamp(), generate: (dice, typed) => (typed ? new Date(make(dice)) : make(dice)) }
}

/** A number with that many places after the point. */
export function rounded(value: number, places: number): number {
  return Number(value.toFixed(places))
}

export function struct(fields: readonly (readonly [string, Generator])[], name: string | null = null): Generator {
  const of: StructSchema = schema.struct(
    fields.map(([field, generator]) => [field, generator.schema] as const),
    { name },
  )
  return {
    schema: of,
    generate(dice, typed) {
      const members: Record<string, unknown> = {}
      for (const [field, generator] of fields) {
        const value = generator.generate(dice, typed)
        // A field of that name would set the prototype instead.
        if (field === '__proto__') Object.defineProperty(members, field, { value, enumerable: true })
        else members[field] = value
      }
      return typed ? new Struct(of, members) : members
    },
  }
}

/** A list of `min` to `max` items of one kind. */
export function list(item: Generator, min: number, max: number): Generator {
  return {
    schema: schema.array(item.schema),
    generate: (dice, typed) => Array.from({ length: dice.integer(min, max) }, () => item.generate(dice, typed)),
  }
}

/** A list of given items, whose schemas must be the same. */
export function tuple(items: readonly [Generator, ...Generator[]]): Generator {
  return {
    schema: schema.array(items[0].schema),
    generate: (dice, typed) => items.map((item) => item.generate(dice, typed)),
  }
}

export function map(keys: (dice: Dice) => string, item: Generator, min: number, max: number): Generator {
  return {
    schema: schema.map(schema.string(), item.schema),
    generate(dice, typed) {
      const count = dice.integer(min, max)
      const entries = Array.from({ length: count }, () => [keys(dice), item.generate(dice, typed)] as const)
      return typed ? new Map(entries) : Object.fromEntries(entries)
    },
  }
}

/** The generator's values, and null with the given probability. */
export function optional(generator: Generator, nulls: number): Generator {
  return {
    schema: { ...generator.schema, optional: true },
    generate: (dice, typed) => (dice.fraction() < nulls ? null : generator.generate(dice, typed)),
  }
}

export function bytes(min: number, max: number): Generator {
  const of: PrimitiveSchema = schema.bytes()
  return {
    schema: of,
    generate(dice, typed) {
      const made = Buffer.alloc(dice.integer(min, max))
      for (let i = 0; i < made.length; i++) made[i] = dice.bits() & 0xff
      return typed ? made : made.toString('base64')
    },
  }
}
