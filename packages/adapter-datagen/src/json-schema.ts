/** Records that fit a JSON Schema: the keywords that say how a value looks. Those of logic (`allOf`, `not`, …) are refused. */
import { schemasEqual } from '@penstock/core'
import {
  boolean,
  constant,
  float64,
  type Generator,
  int64,
  list,
  optional,
  ShapeError,
  struct,
  text,
  timestamp,
} from './generator.ts'
import { email, privateAddress, uuid } from './hints.ts'
import { textMaker } from './pattern.ts'
import { words } from './words.ts'

type Members = Readonly<Record<string, unknown>>

/** How often something that may be left out is. */
const absent = 0.1
const deepest = 50
const refused = [
  'allOf',
  'not',
  'if',
  'patternProperties',
  'dependentSchemas',
  'prefixItems',
  'contains',
  '$dynamicRef',
]
const epoch2024 = Date.UTC(2024, 0)
const yearMs = 366 * 86_400_000

/** Throws ShapeError for a schema that can't be turned around. */
export function fittingJsonSchema(root: Members, name: string | null): Generator {
  return new JsonSchemaReader(root).read(root, '$', 0, name)
}

class JsonSchemaReader {
  readonly #root: Members

  constructor(root: Members) {
    this.#root = root
  }

  read(given: unknown, path: string, depth: number, name: string | null = null): Generator {
    if (depth > deepest) throw new ShapeError(`${path} is more than ${deepest} deep: does a $ref lead back to itself?`)
    const schema = asMembers(given, path)
    const logic = refused.find((keyword) => keyword in schema)
    if (logic !== undefined) throw new ShapeError(`${path}: ${logic} is not supported; describe the values directly`)
    if (typeof schema.$ref === 'string') return this.read(this.#resolve(schema.$ref, path), path, depth + 1, name)
    if (schema.const !== undefined) return choiceOf([schema.const], path)
    if (Array.isArray(schema.enum)) return choiceOf(schema.enum, path)
    const alternatives = schema.oneOf ?? schema.anyOf
    if (Array.isArray(alternatives)) return this.#oneAlternative(alternatives, path, depth)
    const types = Array.isArray(schema.type) ? schema.type : [schema.type ?? guessedType(schema)]
    const [type, ...others] = types.filter((candidate) => candidate !== 'null')
    if (others.length > 0) throw new ShapeError(`${path}: type ${types.join(', ')} is more than one, beside null`)
    if (type === undefined)
      return optional(
        text(() => ''),
        1,
      )
    const generator = this.#ofType(type, schema, path, depth, name)
    return types.includes('null') ? optional(generator, absent) : generator
  }

  #ofType(type: unknown, schema: Members, path: string, depth: number, name: string | null): Generator {
    switch (type) {
      case 'object':
        return this.#object(schema, path, depth, name)
      case 'array': {
        const [min, max] = sizes(schema, 'minItems', 'maxItems', 1, path)
        return list(this.read(schema.items, `${path}[]`, depth + 1), min, max)
      }
      case 'string':
        return texts(schema, path)
      case 'integer': {
        const step = numeric(schema, 'multipleOf', path) ?? 1
        if (!Number.isInteger(step)) throw new ShapeError(`${path}: multipleOf of a whole number must be one too`)
        const [first, last] = multiples(bounds(schema, path, 1), step, path)
        if (!Number.isSafeInteger(first * step) || !Number.isSafeInteger(last * step)) {
          throw new ShapeError(`${path}: whole numbers go from -2^53 to 2^53`)
        }
        return int64((dice) => dice.integer(first, last) * step)
      }
      case 'number': {
        const [min, max] = bounds(schema, path, 0)
        const step = numeric(schema, 'multipleOf', path)
        if (step === null) return float64((dice) => min + dice.fraction() * (max - min))
        const [first, last] = multiples([min, max], step, path)
        return float64((dice) => dice.integer(first, last) * step)
      }
      case 'boolean':
        return boolean()
      default:
        throw new ShapeError(`${path}: there is no type ${JSON.stringify(type)}`)
    }
  }

  #object(schema: Members, path: string, depth: number, name: string | null): Generator {
    const properties = Object.entries(asMembers(schema.properties ?? {}, `${path}.properties`))
    if (properties.length === 0) throw new ShapeError(`${path} is an object without properties: nothing could be in it`)
    const required: readonly unknown[] = Array.isArray(schema.required) ? schema.required : []
    const fields = properties.map(([field, member]) => {
      const generator = this.read(member, `${path}.${field}`, depth + 1)
      const isFree = !required.includes(field) && !generator.schema.optional
      return [field, isFree ? optional(generator, absent) : generator] as const
    })
    return struct(fields, typeof schema.title === 'string' ? schema.title : name)
  }

  /** Alternatives of one type are chosen from; `null` beside them makes the value optional. */
  #oneAlternative(alternatives: readonly unknown[], path: string, depth: number): Generator {
    const isNull = (alternative: unknown): boolean => (alternative as Members | null)?.type === 'null'
    const [first, ...others] = alternatives
      .filter((alternative) => !isNull(alternative))
      .map((alternative, i) => this.read(alternative, `${path}(${i})`, depth + 1))
    if (first === undefined)
      return optional(
        text(() => ''),
        1,
      )
    if (!others.every((other) => schemasEqual(other.schema, first.schema))) {
      throw new ShapeError(`${path}: alternatives of several types have no common schema`)
    }
    const all = [first, ...others]
    const generator: Generator = {
      schema: first.schema,
      generate: (dice, typed) => dice.pick(all).generate(dice, typed),
    }
    return alternatives.some(isNull) ? optional(generator, absent) : generator
  }

  #resolve(reference: string, path: string): unknown {
    if (!/^#(\/|$)/.test(reference)) throw new ShapeError(`${path}: $ref ${reference} leads out of the schema`)
    const steps = reference.slice(1).split('/').slice(1)
    let target: unknown = this.#root
    for (const step of steps) {
      const member = step.replaceAll('~1', '/').replaceAll('~0', '~')
      target =
        typeof target === 'object' && target !== null && Object.hasOwn(target, member)
          ? (target as Members)[member]
          : null
    }
    if (target === null) throw new ShapeError(`${path}: $ref ${reference} leads nowhere`)
    return target
  }
}

function asMembers(value: unknown, path: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members
  throw new ShapeError(`${path} must be a schema, an object such as {"type": "string"}`)
}

function guessedType(schema: Members): string {
  if ('properties' in schema) return 'object'
  return 'items' in schema ? 'array' : 'string'
}

function choiceOf(values: readonly unknown[], path: string): Generator {
  const some = values.filter((value) => value !== null)
  const [first, ...others] = some.map((value) => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return constant(value)
    throw new ShapeError(`${path}: a list of choices holds texts, numbers and booleans only`)
  })
  if (first === undefined)
    return optional(
      text(() => ''),
      1,
    )
  if (!others.every((other) => schemasEqual(other.schema, first.schema))) {
    throw new ShapeError(`${path}: choices of several types have no common schema`)
  }
  const all = [first, ...others]
  const generator: Generator = { schema: first.schema, generate: (dice, typed) => dice.pick(all).generate(dice, typed) }
  return some.length < values.length ? optional(generator, absent) : generator
}

function texts(schema: Members, path: string): Generator {
  if (typeof schema.pattern === 'string') return text(textMaker(schema.pattern))
  switch (schema.format) {
    case 'date-time':
      return timestamp((dice) => epoch2024 + dice.integer(0, yearMs - 1))
    case 'date':
      return text((dice) => new Date(epoch2024 + dice.integer(0, yearMs - 1)).toISOString().slice(0, 10))
    case 'uuid':
      return text(uuid)
    case 'email':
      return text(email)
    case 'ipv4':
      return text(privateAddress)
    case 'hostname':
      return text((dice) => `${dice.pick(words)}.example.com`)
    case 'uri':
      return text((dice) => `https://${dice.pick(words)}.example.com/${dice.pick(words)}`)
    default: {
      const [min, max] = sizes(schema, 'minLength', 'maxLength', 5, path)
      return text((dice) => {
        const length = dice.integer(min, max)
        let made = ''
        while (made.length < length) made += made === '' ? dice.pick(words) : ` ${dice.pick(words)}`
        // Not shorter by a space that somebody trims.
        return made.slice(0, length).replace(/ $/, '-')
      })
    }
  }
}

function numeric(schema: Members, keyword: string, path: string): number | null {
  const value = schema[keyword]
  if (value === undefined) return null
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new ShapeError(`${path}: ${keyword} must be a number`)
  return value
}

/** What the value lies between, both included. `unit` is the step to the next value inside an exclusive bound. */
function bounds(schema: Members, path: string, unit: number): readonly [number, number] {
  const above = numeric(schema, 'exclusiveMinimum', path)
  const below = numeric(schema, 'exclusiveMaximum', path)
  const low =
    numeric(schema, 'minimum', path) ??
    (above === null ? null : above + (unit || Number.EPSILON * Math.max(1, Math.abs(above))))
  const high = numeric(schema, 'maximum', path) ?? (below === null ? null : below - unit)
  const min = low ?? Math.min(0, (high ?? 0) - 1000)
  const max = high ?? Math.max(1000, min + 1000)
  if (min > max) throw new ShapeError(`${path}: minimum ${min} is more than maximum ${max}`)
  return [min, max]
}

/** How often `step` fits, at least and at most. */
function multiples([min, max]: readonly [number, number], step: number, path: string): readonly [number, number] {
  if (step <= 0) throw new ShapeError(`${path}: multipleOf must be more than 0`)
  const [first, last] = [Math.ceil(min / step), Math.floor(max / step)]
  if (first > last) throw new ShapeError(`${path}: no multiple of ${step} lies between ${min} and ${max}`)
  return [first, last]
}

function sizes(schema: Members, least: string, most: string, usual: number, path: string): readonly [number, number] {
  const min = numeric(schema, least, path) ?? Math.min(usual, numeric(schema, most, path) ?? usual)
  const max = numeric(schema, most, path) ?? Math.max(min, usual * 3)
  if (!Number.isInteger(min) || !Number.isInteger(max) || min < 0 || min > max || max > 100_000) {
    throw new ShapeError(`${path}: ${least} and ${most} must be whole numbers from 0 to 100000, in order`)
  }
  return [min, max]
}
