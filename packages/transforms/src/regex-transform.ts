/**
 * Searches texts with a regular expression: what ReplaceWithRegex and ExtractWithRegex have in common. Named groups
 * become fields, and the text may be rewritten.
 * @module
 */
import {
  ConfigError,
  type ConnectRecord,
  DataError,
  key,
  LruCache,
  schema as make,
  messageOf,
  type PrimitiveSchema,
  type Schema,
  type SchemaAndValue,
  Struct,
  type StructSchema,
  type Transformation,
} from '@penstock/core'
import { JavaRegex, type Match, parseReplacement, patternProblem, type Replacement, replace } from '@penstock/regex'
import { schemaCacheSize } from './common-keys.ts'
import { type Fields, kept, member, requireMap, requireStruct, setMember } from './fields.ts'
import { read, replaced, type Side } from './side.ts'
import { type Conversion, type ConversionName, conversionByName, conversions } from './text-conversion.ts'

const purpose = 'replacing with a regular expression'

/** The keys of both transformations. */
export const regexKeys = {
  field: key.string({
    default: '',
    importance: 'high',
    doc: 'The field whose text is searched. Empty stands for the whole value, which then must be a string.',
  }),
  regex: key.string({
    importance: 'high',
    doc: 'Regular expression in Java syntax, searched for in the text. What a named group (?<level>\\w+) finds becomes the field "level".',
    check: patternProblem,
  }),
  'fields.prefix': key.string({
    default: '',
    importance: 'medium',
    doc: 'Goes before the names of the groups to make the names of their fields.',
  }),
  'on.mismatch': key.oneOf(['keep', 'fail', 'drop'], {
    default: 'keep',
    importance: 'medium',
    doc: 'What becomes of a record whose text is missing, is not a string, does not match or can not be converted: keep it as it is, fail it (errors.tolerance decides on), or drop it.',
  }),
  convert: key.list({
    default: [],
    importance: 'medium',
    doc: `Types of groups that are not text: pairs name:type, with ${conversions.join(', ')}. Timestamps are read from ISO 8601 (UTC if without a zone), access logs and epoch seconds or milliseconds; without a schema they become epoch milliseconds.`,
    check: (pairs) => {
      const wrong = pairs.find(
        (pair) => !/^[^:]+:[^:]+$/.test(pair) || !conversions.includes(pair.split(':')[1] as ConversionName),
      )
      return wrong === undefined ? undefined : `${wrong} is not name:type with a type of ${conversions.join(', ')}`
    },
  }),
} as const

export interface RegexOptions {
  readonly field: string
  readonly regex: string
  readonly 'fields.prefix': string
  readonly 'on.mismatch': 'keep' | 'fail' | 'drop'
  readonly convert: readonly string[]
  /** Null leaves the text as it is. */
  readonly replacement: string | null
  readonly 'target.field': string | null
  readonly all: boolean
}

/** Throws ConfigError naming the key to mend. */
export function regexTransformation(options: RegexOptions, side: Side): Transformation {
  const plan = planOf(options)
  const transform = options.field === '' ? transformWhole(plan) : transformField(plan, options.field)
  return {
    apply<R extends ConnectRecord<R>>(record: R): R | null {
      const before = read(record, side)
      if (before.value === null) return record
      const after = transform(before)
      if (typeof after !== 'string') return after === before ? record : replaced(record, side, after)
      switch (plan.onMismatch) {
        case 'keep': {
          const unmatched = plan.keep(before)
          return unmatched === before ? record : replaced(record, side, unmatched)
        }
        case 'drop':
          return null
        case 'fail':
          throw new DataError('replace_with_regex.mismatch', after)
      }
    },
  }
}

interface Extraction {
  readonly group: number
  readonly groupName: string
  readonly field: string
  readonly conversion: Conversion
}

interface Plan {
  readonly regex: JavaRegex
  readonly extractions: readonly Extraction[]
  readonly target: string | null
  readonly onMismatch: 'keep' | 'fail' | 'drop'
  /** The text after replacement. */
  rewrite(text: string): string
  /** What `on.mismatch=keep` makes of a value. */
  keep(value: SchemaAndValue): SchemaAndValue
}

/** Gives the new value, or says why there is none. */
type Transform = (value: SchemaAndValue) => SchemaAndValue | string

function planOf(options: RegexOptions): Plan {
  const regex = new JavaRegex(options.regex)
  const replacement = options.replacement === null ? null : replacementOf(options.replacement, regex)
  const types = new Map(options.convert.map((pair) => pair.split(':') as [string, ConversionName]))
  const unknown = [...types.keys()].find((name) => !regex.groupsByName.has(name))
  if (unknown !== undefined)
    throw problem('convert', `convert names the group ${unknown}, which the regex doesn't have`)
  const extractions = [...regex.groupsByName].map(([groupName, group]) => ({
    group,
    groupName,
    field: `${options['fields.prefix']}${groupName}`,
    conversion: conversionByName[types.get(groupName) ?? 'string'],
  }))
  const target = options['target.field']
  if (extractions.length === 0 && replacement === null) {
    throw problem('regex', 'nothing to do: give the regex a named group, as (?<level>\\w+), or set replacement')
  }
  if (options.field === '' && extractions.length > 0 && replacement !== null && target === null) {
    throw problem(
      'target.field',
      'the whole value becomes an object of the named groups: target.field must say where the replaced text goes',
    )
  }
  return {
    regex,
    extractions,
    target,
    onMismatch: options['on.mismatch'],
    rewrite: replacement === null ? (text) => text : (text) => replace(text, regex, replacement, options.all),
    // All records keep one shape where the text has a field to go to.
    keep: (value) =>
      options.field === '' && target !== null && typeof value.value === 'string' ? wrapped(value, target) : value,
  }
}

/** The whole value is the text: it becomes an object, or stays text when there is only something to replace. */
function transformWhole(plan: Plan): Transform {
  const { regex, extractions, target, rewrite } = plan
  const fields: [string, PrimitiveSchema][] = extractions.map(({ field, conversion }) => [field, conversion.schema])
  if (target !== null && !fields.some(([name]) => name === target)) fields.push([target, optionalString])
  const structSchema = make.struct(fields)
  return (value) => {
    const text = value.value
    if (typeof text !== 'string') return `the value is not a string, as ${purpose} without a field needs it`
    const match = regex.find(text)
    if (match === null) return `the value does not match ${regex.pattern}`
    if (extractions.length === 0 && target === null) return { schema: value.schema, value: rewrite(text) }
    const members = extract(match, extractions, value.schema !== null)
    if (typeof members === 'string') return members
    if (target !== null && !members.has(target)) members.set(target, rewrite(text))
    return value.schema === null
      ? { schema: null, value: mapOf({}, members) }
      : { schema: structSchema, value: new Struct(structSchema, members) }
  }
}

function transformField(plan: Plan, field: string): Transform {
  const { regex, extractions, rewrite } = plan
  const target = plan.target ?? field
  const schemas = new LruCache<Schema, StructSchema>(schemaCacheSize)
  return ({ schema, value }) => {
    const struct = schema === null ? null : requireStruct(value, purpose)
    const map = schema === null ? requireMap(value, purpose) : null
    const text = struct === null ? member(map as Fields, field) : struct.has(field) ? struct.get(field) : undefined
    if (typeof text !== 'string')
      return `the field ${field} is ${text === undefined || text === null ? 'missing' : 'not a string'}`
    const match = regex.find(text)
    if (match === null) return `the field ${field} does not match ${regex.pattern}`
    const members = extract(match, extractions, struct !== null)
    if (typeof members === 'string') return members
    // A group named like the target is the more telling of the two.
    if (!members.has(target)) members.set(target, rewrite(text))
    if (struct === null) return { schema: null, value: mapOf({ ...(map as Fields) }, members) }
    const updated = schemas.through(struct.schema, () => extended(struct.schema, extractions, target))
    const values = new Map<string, unknown>()
    for (const { name } of struct.schema.fields) values.set(name, struct.getWithoutDefault(name))
    for (const [name, item] of members) values.set(name, item)
    return { schema: updated, value: new Struct(updated, values) }
  }
}

/** The converted groups by field; a group that took no part is null. A text says which could not be converted. */
function extract(match: Match, extractions: readonly Extraction[], typed: boolean): Map<string, unknown> | string {
  const members = new Map<string, unknown>()
  for (const { group, groupName, field, conversion } of extractions) {
    const text = match.groups[group]
    if (text === undefined) {
      members.set(field, null)
      continue
    }
    const converted = conversion.typed(text)
    if (converted === undefined)
      return `the group ${groupName} can't be read as ${conversion.schema.name ?? conversion.schema.type}`
    members.set(field, typed ? converted : conversion.plain(converted))
  }
  return members
}

function mapOf(map: Fields, members: ReadonlyMap<string, unknown>): Fields {
  for (const [name, value] of members) setMember(map, name, value)
  return map
}

function extended(schema: StructSchema, extractions: readonly Extraction[], target: string): StructSchema {
  const fields = new Map(schema.fields.map((field) => [field.name, field.schema]))
  const present = fields.get(target)
  if (present === undefined || present.type !== 'STRING') fields.set(target, optionalString)
  for (const { field, conversion } of extractions) fields.set(field, conversion.schema)
  return make.struct([...fields], kept(schema))
}

const optionalString = make.string({ optional: true })

function wrapped({ schema, value }: SchemaAndValue, target: string): SchemaAndValue {
  const members = new Map([[target, value]])
  if (schema === null) return { schema: null, value: mapOf({}, members) }
  const structSchema = make.struct([[target, optionalString]])
  return { schema: structSchema, value: new Struct(structSchema, members) }
}

function replacementOf(text: string, regex: JavaRegex): Replacement {
  try {
    return parseReplacement(text, regex)
  } catch (error) {
    throw problem('replacement', messageOf(error))
  }
}

function problem(name: string, message: string): ConfigError {
  return new ConfigError([{ key: name, message: `Invalid value for configuration ${name}: ${message}` }])
}
