import {
  configDef,
  DataError,
  definePlugin,
  type JsonValue,
  key,
  messageOf,
  parseJson as parse,
  type SchemaAndValue,
} from '@penstock/core'
import { member, requireMap, requireStruct, setMember } from './fields.ts'
import { schemaInference } from './json-schema-inference.ts'
import { forKeyAndValue, read, replaced } from './side.ts'
import { fieldSetter } from './with-field.ts'

const purpose = 'parsing JSON'

const config = configDef({
  field: key.string({
    default: '',
    importance: 'high',
    doc: 'The field with JSON as text; empty stands for the whole key or value.',
  }),
  'target.field': key.string({
    default: null,
    importance: 'medium',
    doc: 'Field for what was parsed; without it that takes the place of the text.',
    check: (name) => (name === '' ? 'String must be non-empty' : undefined),
  }),
  'on.failure': key.oneOf(['keep', 'fail'], {
    default: 'keep',
    importance: 'medium',
    doc: 'What becomes of a record whose text is no JSON or no text at all: keep it as it is, or fail it (errors.tolerance decides on).',
  }),
})

export const parseJson = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `ParseJson$${side}`,
    aliases: [`io.penstock.transforms.ParseJson$${side}`],
    summary: `Parses JSON that the ${side.toLowerCase()}, or a field of it, holds as text.`,
    config,
    create: ({ field, 'target.field': target, 'on.failure': onFailure }) => {
      const infer = schemaInference()
      const setField = fieldSetter(target ?? field, purpose)
      const where = field === '' ? `the ${side.toLowerCase()}` : `the field ${field}`
      return {
        apply(record) {
          const before = read(record, side)
          const text = field === '' ? before.value : textOf(before, field)
          if (before.value === null || text === null || text === undefined) return record
          const parsed = parsedOrReason(text, where)
          if (typeof parsed === 'string') {
            if (onFailure === 'keep') return record
            throw new DataError('parse_json.failure', parsed)
          }
          const made = before.schema === null ? { schema: null, value: parsed.value } : infer(parsed.value)
          if (field !== '') return replaced(record, side, setField(before, made))
          // The whole is text and has no fields: a target makes it a field of something new.
          if (target === null) return replaced(record, side, made)
          const object: Record<string, JsonValue> = {}
          setMember(object, target, parsed.value)
          return replaced(record, side, before.schema === null ? { schema: null, value: object } : infer(object))
        },
      }
    },
  }),
)

function textOf({ schema, value }: SchemaAndValue, field: string): unknown {
  if (value === null) return null
  if (schema === null) return member(requireMap(value, purpose), field)
  const struct = requireStruct(value, purpose)
  return struct.has(field) ? struct.get(field) : undefined
}

/** A text says why there is nothing. It never holds the value. */
function parsedOrReason(text: unknown, where: string): { readonly value: JsonValue } | string {
  if (typeof text !== 'string' && !(text instanceof Uint8Array)) return `${where} holds no text that could be JSON`
  try {
    return { value: parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8')) }
  } catch (error) {
    if (error instanceof RangeError) return `${where} holds JSON that is nested too deeply`
    const position = /at position \d+/.exec(messageOf(error))?.[0] ?? ''
    return `${where} does not hold JSON: there is an error ${position || 'in its text'}`
  }
}
