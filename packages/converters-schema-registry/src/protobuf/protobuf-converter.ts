import { configDef, definePlugin, key } from '@penstock/core'
import { formatKeys } from '../format-keys.ts'
import { SchemaRegistryClient } from '../registry/client.ts'
import { registryKeys } from '../registry/config.ts'
import { SchemaRegistryConverter } from '../schema-registry-converter.ts'
import { ProtobufFormat } from './protobuf-format.ts'

const group = 'Protobuf'

const config = configDef({
  ...registryKeys,
  'optional.for.nullables': key.boolean({
    default: false,
    importance: 'medium',
    group,
    doc: 'Write optional fields with the label `optional`, so that null is told from 0, false and "". Reading, only such fields are optional.',
  }),
  'wrapper.for.nullables': key.boolean({
    default: false,
    importance: 'medium',
    group,
    doc: 'Write optional fields as wrapper messages (`google.protobuf.Int32Value` …), and read wrapper messages as what they wrap.',
  }),
  'wrapper.for.raw.primitives': key.boolean({
    default: true,
    importance: 'medium',
    group,
    doc: 'Read a record that is a wrapper message as what it wraps.',
  }),
  'optional.for.proto2': key.boolean({
    default: true,
    importance: 'medium',
    group,
    doc: 'Read an `optional` field of proto2 that is not there as null, even where it has a default.',
  }),
  'generate.struct.for.nulls': key.boolean({
    default: false,
    importance: 'medium',
    group,
    doc: 'Read a message that is not there as a struct of defaults instead of null.',
  }),
  'generate.index.for.unions': key.boolean({
    default: true,
    importance: 'low',
    group,
    doc: 'Read a oneof as a field of its name, an underscore and its place among the oneofs; with false of its name alone.',
  }),
  'flatten.unions': key.boolean({
    default: false,
    importance: 'low',
    group,
    doc: 'Read the members of a oneof as fields of the message itself.',
  }),
  'int.for.enums': key.boolean({
    default: false,
    importance: 'medium',
    group,
    doc: 'Read enums as INT32 instead of STRING.',
  }),
  'enhanced.protobuf.schema.support': key.boolean({
    default: false,
    importance: 'medium',
    group,
    doc: 'Name schemas with their package and the messages around them.',
  }),
  'scrub.invalid.names': formatKeys.scrubNames(group),
  'ignore.default.for.nullables': formatKeys.ignoreDefaults(group),
  'generalized.sum.type.support': formatKeys.generalizedSums(group),
})

export const protobufConverter = definePlugin({
  kind: 'converter',
  name: 'ProtobufConverter',
  aliases: ['io.confluent.connect.protobuf.ProtobufConverter'],
  summary: 'Protobuf with schemas in a schema registry.',
  config,
  create: (options, usage) =>
    new SchemaRegistryConverter({
      registry: new SchemaRegistryClient(options),
      format: new ProtobufFormat({
        fullNames: options['enhanced.protobuf.schema.support'],
        generalizedSums: options['generalized.sum.type.support'],
        scrubNames: options['scrub.invalid.names'],
        intEnums: options['int.for.enums'],
        optionalForNullables: options['optional.for.nullables'],
        optionalForProto2: options['optional.for.proto2'],
        wrapperForNullables: options['wrapper.for.nullables'],
        wrapperForRawPrimitives: options['wrapper.for.raw.primitives'],
        structForNulls: options['generate.struct.for.nulls'],
        indexForUnions: options['generate.index.for.unions'],
        flattenUnions: options['flatten.unions'],
        ignoreDefaults: options['ignore.default.for.nullables'],
      }),
      config: options,
      usage,
    }),
})
