/** The Connect schemas of Avro's bytes, fixed and int, which may have a logical type. */
import { logical, type Schema, schema } from '@penstock/core'
import { type AvroFixed, type AvroPrimitive, logicalTypeOf, textAttribute } from './avro-type.ts'
import { attribute, defaultPrecision, parameter } from './names.ts'

export function bytesSchema(type: AvroPrimitive | AvroFixed): Schema {
  const fixed = type.kind === 'fixed' ? { [parameter.fixedSize]: String(type.size) } : {}
  if (logicalTypeOf(type) !== 'decimal') return schema.bytes({ parameters: type.kind === 'fixed' ? fixed : null })
  const { scale, precision } = type.attributes
  const parameters = {
    scale: typeof scale === 'number' ? String(scale) : '0',
    ...(typeof precision === 'number' && precision !== defaultPrecision
      ? { [parameter.precision]: String(precision) }
      : {}),
    ...fixed,
  }
  return schema.bytes({ name: logical.decimal, version: 1, parameters })
}

export function intSchema(type: AvroPrimitive): Schema {
  switch (logicalTypeOf(type)) {
    case 'date':
      return schema.date()
    case 'time-millis':
      return schema.time()
    case null: {
      const connectType = textAttribute(type.attributes, attribute.type)
      if (connectType === 'int8') return schema.int8()
      return connectType === 'int16' ? schema.int16() : schema.int32()
    }
    default:
      return schema.int32()
  }
}
