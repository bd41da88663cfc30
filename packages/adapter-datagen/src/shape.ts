/** Reads from the configuration what records look like. @module */
import { readFile } from 'node:fs/promises'
import { ConfigError, messageOf, type Schema } from '@penstock/core'
import { fittingAvroSchema, isAvroSchema } from './avro-schema.ts'
import type { DatagenConfig } from './config.ts'
import { likeExample } from './example.ts'
import { type Generator, ShapeError } from './generator.ts'
import { fittingJsonSchema } from './json-schema.ts'
import { quickstarts } from './quickstarts.ts'

export interface Shape {
  readonly value: Generator
  /** The field that becomes the key, with its schema; null for records without keys. */
  readonly key: { readonly field: string; readonly schema: Schema } | null
}

const descriptions = ['example', 'schema.string', 'schema.filename', 'quickstart'] as const

/** Throws ConfigError that names the key at fault. */
export async function loadShape(config: DatagenConfig): Promise<Shape> {
  const given = descriptions.filter((name) => config[name] !== null)
  const [source] = given
  if (source === undefined || given.length > 1) {
    const message = `Give exactly one of ${descriptions.join(', ')}; ${given.length === 0 ? 'none is set' : `set are ${given.join(', ')}`}.`
    throw new ConfigError((given.length === 0 ? descriptions : given).map((key) => ({ key, message })))
  }
  const text = config[source] as string
  const quickstart = source === 'quickstart' ? quickstarts[text as keyof typeof quickstarts] : null
  const value = await at(source, text, async () => {
    if (quickstart !== null) return likeExample(quickstart.example, '$', quickstart.name)
    if (source === 'example') return likeExample(parsed(text))
    return fitting(source === 'schema.filename' ? await readFile(text, 'utf8') : text)
  })
  const keyField = config['schema.keyfield'] || quickstart?.keyField || null
  return { value, key: keyField === null ? null : { field: keyField, schema: fieldSchema(value, keyField) } }
}

function fitting(text: string): Generator {
  const schema = parsed(text)
  if (isAvroSchema(schema)) return fittingAvroSchema(schema)
  if (typeof schema !== 'object' || schema === null) throw new ShapeError('it must be a JSON object')
  return fittingJsonSchema(schema as Readonly<Record<string, unknown>>, null)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new ShapeError(`it is not JSON: ${messageOf(error)}`)
  }
}

async function at(key: string, text: string, make: () => Promise<Generator>): Promise<Generator> {
  try {
    return await make()
  } catch (error) {
    const shown = text.length > 100 ? `${text.slice(0, 100)}…` : text
    const message = `Invalid value ${shown} for configuration ${key}: ${messageOf(error)}`
    throw new ConfigError([{ key, message }])
  }
}

function fieldSchema(value: Generator, name: string): Schema {
  const { schema } = value
  const field = schema.type === 'STRUCT' ? schema.fields.find((candidate) => candidate.name === name) : undefined
  if (field !== undefined) return field.schema
  const known = schema.type === 'STRUCT' ? schema.fields.map((candidate) => candidate.name).join(', ') : 'none'
  const message = `Invalid value ${name} for configuration schema.keyfield: records have no such field; fields are ${known}`
  throw new ConfigError([{ key: 'schema.keyfield', message }])
}
