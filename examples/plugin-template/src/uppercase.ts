/** A transformation: puts a text field in capitals. @module */
import { configDef, DataError, definePlugin, key, Struct, type Transformation } from '@penstock/core'

const config = configDef({
  field: key.string({ importance: 'high', doc: 'The field of the value to put in capitals.' }),
})

function uppercaseOf(field: string): Transformation {
  return {
    apply(record) {
      const { schema, value } = record.value
      // Records without a value are deletions: most transformations leave them alone.
      if (value === null) return record
      // Records are never changed, but made anew by `with`.
      if (value instanceof Struct) {
        const members = Object.fromEntries(value.schema.fields.map(({ name }) => [name, value.getWithoutDefault(name)]))
        return record.with({
          value: { schema, value: new Struct(value.schema, { ...members, [field]: upper(members, field) }) },
        })
      }
      if (typeof value !== 'object' || Array.isArray(value) || ArrayBuffer.isView(value)) {
        throw new DataError('uppercase.no_fields', `a value without fields can't have its ${field} put in capitals`)
      }
      return record.with({ value: { schema, value: { ...value, [field]: upper(value, field) } } })
    },
  }
}

function upper(members: object, field: string): unknown {
  const text = (members as Readonly<Record<string, unknown>>)[field]
  if (typeof text === 'string') return text.toUpperCase()
  throw new DataError('uppercase.no_text', `field ${field} is ${text === undefined ? 'missing' : 'no text'}`)
}

export const uppercase = definePlugin({
  kind: 'transformation',
  name: 'Uppercase',
  aliases: ['com.example.Uppercase'],
  summary: 'Puts a text field in capitals.',
  config,
  create: (parsed) => uppercaseOf(parsed.field),
})
