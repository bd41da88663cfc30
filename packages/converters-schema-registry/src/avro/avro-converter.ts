import { configDef, definePlugin, key } from '@penstock/core'
import { formatKeys } from '../format-keys.ts'
import { SchemaRegistryClient } from '../registry/client.ts'
import { registryKeys } from '../registry/config.ts'
import { SchemaRegistryConverter } from '../schema-registry-converter.ts'
import { AvroFormat } from './avro-format.ts'

const group = 'Avro'

const config = configDef({
  ...registryKeys,
  'enhanced.avro.schema.support': key.boolean({
    default: false,
    importance: 'medium',
    group,
    doc: 'Write enums as enums (their symbols are kept in the parameters of the Connect schema), and name the branches of unions by their full names.',
  }),
  'connect.meta.data': key.boolean({
    default: true,
    importance: 'low',
    group,
    doc: 'Keep what Avro has no place for (names, versions, docs, parameters, defaults of Connect schemas) in attributes of the Avro schema.',
  }),
  'allow.optional.map.keys': key.boolean({
    default: false,
    importance: 'low',
    group,
    doc: 'Write maps with optional STRING keys as Avro maps; otherwise they become arrays of key and value.',
  }),
  'scrub.invalid.names': formatKeys.scrubNames(group),
  'ignore.default.for.nullables': formatKeys.ignoreDefaults(group),
  'generalized.sum.type.support': formatKeys.generalizedSums(group),
  'flatten.singleton.unions': formatKeys.flattenSingletons(group),
  'discard.type.doc.default': key.boolean({
    default: false,
    importance: 'low',
    group,
    doc: 'Keep only the docs and defaults of fields.',
  }),
})

export const avroConverter = definePlugin({
  kind: 'converter',
  name: 'AvroConverter',
  aliases: ['io.confluent.connect.avro.AvroConverter'],
  summary: 'Avro with schemas in a schema registry.',
  config,
  create: (options, usage) =>
    new SchemaRegistryConverter({
      registry: new SchemaRegistryClient(options),
      format: new AvroFormat({
        enhanced: options['enhanced.avro.schema.support'],
        generalizedSums: options['generalized.sum.type.support'],
        metaData: options['connect.meta.data'],
        optionalMapKeys: options['allow.optional.map.keys'],
        scrubNames: options['scrub.invalid.names'],
        ignoreDefaults: options['ignore.default.for.nullables'],
        flattenSingletons: options['flatten.singleton.unions'],
        fieldDocsOnly: options['discard.type.doc.default'],
      }),
      config: options,
      usage,
    }),
})
