import {
  type ConnectRecord,
  configDef,
  DataError,
  definePlugin,
  key,
  type Schema,
  type SchemaAndValue,
} from '@penstock/core'
import { javaClassOf, member, requireMap, requireStruct } from './fields.ts'
import { fieldSetter } from './with-field.ts'

const purpose = 'splitting'

const config = configDef({
  field: key.string({
    default: '',
    importance: 'high',
    doc: 'The field with the array; empty stands for the whole value.',
  }),
  'keep.fields': key.boolean({
    default: true,
    importance: 'medium',
    doc: "Whether each new record keeps the other fields, with the element in the array's place. False: the element becomes the whole value.",
  }),
  'on.empty': key.oneOf(['keep', 'drop', 'fail'], {
    default: 'keep',
    importance: 'medium',
    doc: 'What becomes of a record whose array is empty, null or missing: keep it as it is, drop it, or fail it (errors.tolerance decides on).',
  }),
})

export const split = definePlugin({
  kind: 'transformation',
  name: 'Split$Value',
  aliases: ['io.penstock.transforms.Split$Value', 'io.penstock.transforms.Split', 'Split'],
  summary: 'Makes one record of each element of an array in the value.',
  config,
  create: ({ field, 'keep.fields': keepFields, 'on.empty': onEmpty }) => {
    const setField = field !== '' && keepFields ? fieldSetter(field, purpose) : null
    return {
      apply<R extends ConnectRecord<R>>(record: R): R | readonly R[] | null {
        const before = record.value
        if (before.value === null) return record
        const array = field === '' ? before : arrayOf(before, field)
        const items = array.value
        if (items !== null && !Array.isArray(items)) {
          const where = field === '' ? 'the value' : `the field ${field}`
          throw new DataError('split.not_an_array', `${where} is no array to split, but ${javaClassOf(items)}`)
        }
        if (items === null || items.length === 0) {
          if (onEmpty === 'fail') {
            throw new DataError('split.empty', 'there is no element to make a record of; set on.empty to keep or drop')
          }
          return onEmpty === 'drop' ? null : record
        }
        const schema = itemSchema(array.schema)
        return items.map((item: unknown) => {
          const element: SchemaAndValue = { schema, value: item ?? null }
          return record.with({ value: setField === null ? element : setField(before, element) })
        })
      },
    }
  },
})

function arrayOf({ schema, value }: SchemaAndValue, field: string): SchemaAndValue {
  if (schema === null) return { schema, value: member(requireMap(value, purpose), field) ?? null }
  const struct = requireStruct(value, purpose)
  return struct.has(field) ? { schema: struct.field(field).schema, value: struct.get(field) } : { schema, value: null }
}

function itemSchema(schema: Schema | null): Schema | null {
  return schema?.type === 'ARRAY' ? schema.valueSchema : null
}
