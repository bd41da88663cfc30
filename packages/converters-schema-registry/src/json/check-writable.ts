import { DataError, type Schema } from '@penstock/core'

const wholeNumbers = ['INT8', 'INT16', 'INT32', 'INT64']
const numbers = [...wholeNumbers, 'FLOAT32', 'FLOAT64']

/** Throws DataError where values of a schema are not what readers of the registered one expect. */
export function checkWritable(written: Schema, registered: Schema, path = 'the value'): void {
  if (written.type === 'STRUCT' && registered.type === 'STRUCT') {
    for (const field of registered.fields) {
      const own = written.fields.find(({ name }) => name === field.name)
      if (own !== undefined) checkWritable(own.schema, field.schema, field.name)
    }
  } else if (written.type === 'ARRAY' && registered.type === 'ARRAY') {
    checkWritable(written.valueSchema, registered.valueSchema, path)
  } else if (written.type === 'MAP' && registered.type === 'MAP') {
    checkWritable(written.valueSchema, registered.valueSchema, path)
  } else if (!fits(written.type, registered.type)) {
    throw new DataError(
      'json_schema.incompatible',
      `the record does not fit the registered schema: ${path} is ${written.type}, and ${registered.type} there`,
    )
  }
}

function fits(written: Schema['type'], registered: Schema['type']): boolean {
  if (written === registered) return true
  const wider = wholeNumbers.includes(registered) ? wholeNumbers : numbers.includes(registered) ? numbers : []
  return wider.includes(written)
}
