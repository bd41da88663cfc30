import { configDef, definePlugin, key } from '@penstock/core'
import { formatKeys } from '../format-keys.ts'
import { SchemaRegistryClient } from '../registry/client.ts'
import { refused, registryKeys } from '../registry/config.ts'
import { SchemaRegistryConverter } from '../schema-registry-converter.ts'
import { JsonSchemaFormat } from './json-schema-format.ts'

const group = 'JSON Schema'

const config = configDef({
  ...registryKeys,
  'object.additional.properties': key.boolean({
    default: true,
    importance: 'medium',
    group,
    doc: 'Whether objects of registered schemas may have properties that the schema does not name.',
  }),
  'use.optional.for.nonrequired': key.boolean({
    default: false,
    importance: 'medium',
    group,
    doc: 'Read properties that are not among the `required` ones as optional fields.',
  }),
  'decimal.format': key.oneOf(['BASE64', 'NUMERIC'], {
    default: 'BASE64',
    importance: 'low',
    group,
    doc: 'How Decimal values are written: BASE64 (of the unscaled bytes) or NUMERIC. Both are understood when reading.',
  }),
  'ignore.default.for.nullables': formatKeys.ignoreDefaults(group),
  'generalized.sum.type.support': formatKeys.generalizedSums(group),
  'flatten.singleton.unions': formatKeys.flattenSingletons(group),
  'json.fail.invalid.schema': refused('values are converted by their schema, and not validated against it', 'false'),
  'preserve.additional.properties': refused('properties that the schema does not name are left out', 'false'),
})

export const jsonSchemaConverter = definePlugin({
  kind: 'converter',
  name: 'JsonSchemaConverter',
  aliases: ['io.confluent.connect.json.JsonSchemaConverter'],
  summary: 'JSON with JSON Schemas in a schema registry.',
  config,
  create: (options, usage) =>
    new SchemaRegistryConverter({
      registry: new SchemaRegistryClient(options),
      format: new JsonSchemaFormat({
        generalizedSums: options['generalized.sum.type.support'],
        ignoreDefaults: options['ignore.default.for.nullables'],
        additionalProperties: options['object.additional.properties'],
        optionalUnlessRequired: options['use.optional.for.nonrequired'],
        decimals: options['decimal.format'],
        flattenSingletons: options['flatten.singleton.unions'],
      }),
      config: options,
      usage,
    }),
})
