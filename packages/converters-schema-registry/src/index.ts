/** Converters whose schemas are in a schema registry. Start reading at schema-registry-converter.ts. @module */
import type { Plugin } from '@penstock/core'
import { avroConverter } from './avro/avro-converter.ts'
import { jsonSchemaConverter } from './json/json-schema-converter.ts'
import { protobufConverter } from './protobuf/protobuf-converter.ts'

const plugins: readonly Plugin[] = [avroConverter, jsonSchemaConverter, protobufConverter]

export default plugins
export { avroConverter, jsonSchemaConverter, protobufConverter }
