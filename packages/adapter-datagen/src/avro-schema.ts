/**
 * Records that fit an Avro schema. `arg.properties` beside a type say what its values look like, as in the descriptions
 * that users of the Datagen connector have: `options`, `range`, `iteration`, `regex`, `length`, `odds`.
 */
import { schemasEqual } from '@penstock/core'
import type { Dice } from './dice.ts'
import {
  boolean,
  bytes,
  float64,
  type Generator,
  int32,
  int64,
  list,
  map,
  optional,
  ShapeError,
  struct,
  text,
} from './generator.ts'
import { textMaker } from './pattern.ts'

type Members = Readonly<Record<string, unknown>>

const primitives = ['null', 'boolean', 'int', 'long', 'float', 'double', 'bytes', 'string']
const alphanumeric = textMaker('[A-Za-z0-9]')
const deepest = 50
const usualLength = [5, 15] as const

export function isAvroSchema(schema: unknown): boolean {
  if (typeof schema === 'string' || Array.isArray(schema)) return true
  const { type, fields } = (schema ?? {}) as Members
  return (
    type === 'record' ||
    Array.isArray(fields) ||
    (typeof type === 'string' && primitives.includes(type) && 'arg.properties' in (schema as Members))
  )
}

/** Throws ShapeError for a schema that can't be followed. */
export function fittingAvroSchema(schema: unknown): Generator {
  return new AvroReader().read(schema, '$', 0)
}

class AvroReader {
  readonly #named = new Map<string, Generator>()

  read(schema: unknown, path: string, depth: number): Generator {
    if (depth > deepest) throw new ShapeError(`${path} is more than ${deepest} deep`)
    if (Array.isArray(schema)) return this.#union(schema, path, depth)
    if (typeof schema === 'string') return this.#ofType(schema, {}, {}, path, depth)
    if (typeof schema !== 'object' || schema === null) throw new ShapeError(`${path} must be a schema`)
    const members = schema as Members
    if (typeof members.type === 'object') return this.read(members.type, path, depth + 1)
    const args = (members['arg.properties'] ?? {}) as Members
    return this.#ofType(String(members.type), members, args, path, depth)
  }

  #ofType(type: string, schema: Members, args: Members, path: string, depth: number): Generator {
    switch (type) {
      case 'null':
        return optional(
          text(() => ''),
          1,
        )
      case 'boolean': {
        const odds = typeof args.odds === 'number' ? args.odds : 0.5
        return chosen(args, boolean(odds), path, (value) => value === true)
      }
      case 'int':
        return chosen(args, int32(wrapped(numbers(args, path, -(2 ** 31), 2 ** 31 - 1, true))), path, wholeOption)
      case 'long': {
        const most = Number.MAX_SAFE_INTEGER
        const usual = int64(numbers(args, path, 0, most, true))
        return chosen(args, usual, path, wholeOption, (value) => BigInt(wholeOption(value)))
      }
      case 'float':
      case 'double':
        return chosen(args, float64(numbers(args, path, 0, 1, false)), path, Number)
      case 'bytes':
        return bytes(...lengths(args, path))
      case 'string':
        return chosen(args, strings(args, path), path, String)
      case 'enum': {
        const symbols = Array.isArray(schema.symbols) ? schema.symbols.map(String) : []
        if (symbols.length === 0) throw new ShapeError(`${path}: an enum needs symbols`)
        return this.#name(
          schema,
          chosen(
            args,
            text((dice) => dice.pick(symbols)),
            path,
            String,
          ),
        )
      }
      case 'array':
        return list(this.read(schema.items, `${path}[]`, depth + 1), ...lengths(args, path))
      case 'map': {
        const [min, max] = lengths(args, path)
        return map(
          strings({}, path).generate as (dice: Dice) => string,
          this.read(schema.values, `${path}{}`, depth + 1),
          min,
          max,
        )
      }
      case 'record':
        return this.#name(schema, this.#record(schema, path, depth))
      default: {
        const known = this.#named.get(type)
        if (known !== undefined) return known
        throw new ShapeError(`${path}: there is no type ${JSON.stringify(type)}`)
      }
    }
  }

  #record(schema: Members, path: string, depth: number): Generator {
    if (!Array.isArray(schema.fields)) throw new ShapeError(`${path}: a record needs fields`)
    const fields = schema.fields.map((field: unknown) => {
      const { name, type } = (field ?? {}) as Members
      if (typeof name !== 'string') throw new ShapeError(`${path}: a field has no name`)
      return [name, this.read(type, `${path}.${name}`, depth + 1)] as const
    })
    return struct(fields, fullName(schema))
  }

  #union(branches: readonly unknown[], path: string, depth: number): Generator {
    const isNull = (branch: unknown): boolean => branch === 'null' || (branch as Members | null)?.type === 'null'
    const [first, ...others] = branches
      .filter((branch) => !isNull(branch))
      .map((branch, i) => this.read(branch, `${path}(${i})`, depth + 1))
    if (first === undefined)
      return optional(
        text(() => ''),
        1,
      )
    if (!others.every((other) => schemasEqual(other.schema, first.schema))) {
      throw new ShapeError(`${path}: a union of several types beside null is not supported`)
    }
    // As many nulls as branches suggest.
    return branches.some(isNull) ? optional(first, 1 / branches.length) : first
  }

  #name(schema: Members, generator: Generator): Generator {
    const name = fullName(schema)
    if (name !== null) {
      this.#named.set(name, generator)
      this.#named.set(String(schema.name), generator)
    }
    return generator
  }
}

function fullName({ name, namespace }: Members): string | null {
  if (typeof name !== 'string') return null
  return typeof namespace === 'string' && !name.includes('.') ? `${namespace}.${name}` : name
}

/** One of `options` where they are given. */
function chosen(
  args: Members,
  otherwise: Generator,
  path: string,
  read: (value: unknown) => string | number | boolean,
  typedForm: (value: unknown) => unknown = read,
): Generator {
  if (args.options === undefined) return otherwise
  if (!Array.isArray(args.options) || args.options.length === 0) {
    throw new ShapeError(`${path}: options must be a list of values`)
  }
  const plain = args.options.map(read)
  if (plain.some((value) => typeof value === 'number' && !Number.isFinite(value))) {
    throw new ShapeError(`${path}: an option is no number`)
  }
  const typedOptions = args.options.map(typedForm)
  return {
    schema: otherwise.schema,
    generate(dice, typed) {
      const index = dice.integer(0, plain.length - 1)
      return typed ? typedOptions[index] : plain[index]
    },
  }
}

function numbers(args: Members, path: string, least: number, most: number, whole: boolean): (dice: Dice) => number {
  const { iteration, range } = args as { iteration?: Members; range?: Members }
  const read = (value: unknown, otherwise: number): number => {
    const number = limit(value, otherwise, path)
    return whole ? Math.trunc(number) : number
  }
  if (iteration !== undefined) {
    const start = read(iteration.start, 0)
    const step = read(iteration.step, 1)
    const restart = iteration.restart === undefined ? null : read(iteration.restart, 0)
    const rounds = restart === null || step === 0 ? null : Math.max(1, Math.ceil((restart - start) / step))
    return (dice) => start + (rounds === null ? dice.index : dice.index % rounds) * step
  }
  const [min, max] = [read(range?.min, least), read(range?.max, most)]
  if (min > max) throw new ShapeError(`${path}: the range begins with ${min}, behind its end ${max}`)
  // The end of a range is not part of it in these descriptions.
  if (whole) return (dice) => dice.integer(min, range === undefined ? max : Math.max(min, max - 1))
  return (dice) => min + dice.fraction() * (max - min)
}

function wholeOption(value: unknown): number {
  return Math.trunc(Number(value))
}

/** To 32 bits, as a count in Java wraps. */
function wrapped(make: (dice: Dice) => number): (dice: Dice) => number {
  return (dice) => make(dice) | 0
}

function limit(value: unknown, otherwise: number, path: string): number {
  if (value === undefined) return otherwise
  const number = Number(value)
  if (!Number.isFinite(number)) throw new ShapeError(`${path}: ${JSON.stringify(value)} is no number`)
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, number))
}

function strings(args: Members, path: string): Generator {
  if (typeof args.regex === 'string') return text(textMaker(args.regex))
  const { iteration, prefix, suffix } = args as { iteration?: Members; prefix?: unknown; suffix?: unknown }
  const count = iteration === undefined ? null : numbers(args, path, 0, 0, true)
  const [min, max] = lengths(args, path)
  const middle =
    count === null ? (dice: Dice) => letters(dice, dice.integer(min, max)) : (dice: Dice) => String(count(dice))
  return text((dice) => `${prefix ?? ''}${middle(dice)}${suffix ?? ''}`)
}

function letters(dice: Dice, count: number): string {
  let made = ''
  for (let left = count; left > 0; left--) made += alphanumeric(dice)
  return made
}

/** `length`: a number, or `{min, max}`. */
function lengths({ length }: Members, path: string): [number, number] {
  const { min, max } = (
    typeof length === 'object' && length !== null ? length : { min: length, max: length }
  ) as Members
  const found: [number, number] = [limit(min, usualLength[0], path), limit(max, usualLength[1], path)]
  if (found[0] < 0 || found[0] > found[1] || found[1] > 100_000 || !found.every(Number.isInteger)) {
    throw new ShapeError(`${path}: length must lie between 0 and 100000`)
  }
  return found
}
