/** Reads connectors from texts: Kafka Connect's JSON, the same as YAML, and properties. */
import type { ConnectorConfig, InitialState } from '@penstock/client'
import { JsonNumber, messageOf, parseJson, parseProperties } from '@penstock/core'
import { isScalar, parseAllDocuments, visit } from 'yaml'
import { usageError } from '../failure.ts'
import type { Manifest } from './manifest.ts'

export type ManifestFormat = 'json' | 'yaml' | 'properties'

const initialStates: readonly string[] = ['RUNNING', 'PAUSED', 'STOPPED']
/** What an answer of `GET /connectors/NAME` has beside name and config. */
const answered: readonly string[] = ['tasks', 'type']

/** All connectors of a text. `defaultName` is for a config without a name, null where there is none to be had. */
export function parseManifests(
  text: string,
  { format, origin, defaultName }: { format: ManifestFormat; origin: string; defaultName: string | null },
): Manifest[] {
  const documents = documentsOf(text, format, origin)
  return documents.map((document, index) =>
    toManifest(
      document,
      documents.length > 1 ? `${origin}#${index + 1}` : origin,
      documents.length > 1 ? null : defaultName,
    ),
  )
}

/** A text without a file name: its first line tells. */
export function guessFormat(text: string): ManifestFormat {
  const first = text.split('\n').find((line) => line.trim() !== '' && !/^\s*[#!]/.test(line)) ?? ''
  if (/^\s*[[{]/.test(first)) return 'json'
  return /^\s*[^\s:=]+\s*=/.test(first) ? 'properties' : 'yaml'
}

function documentsOf(text: string, format: ManifestFormat, origin: string): unknown[] {
  try {
    switch (format) {
      case 'json': {
        const content = parseJson(text)
        return Array.isArray(content) ? content : [content]
      }
      case 'yaml':
        return yamlDocuments(text)
      case 'properties':
        return [parseProperties(text)]
    }
  } catch (error) {
    // Parsers quote what they stumble over, which may be a password: only the place is told.
    const place = /\bline \d+(, column \d+)?/.exec(messageOf(error))?.[0]
    throw usageError(`${origin} can't be read: it is no valid ${format}${place === undefined ? '' : ` (${place})`}`)
  }
}

/** Numbers and booleans as they are spelled: workers store texts. */
function yamlDocuments(text: string): unknown[] {
  const parsed = parseAllDocuments(text)
  if (!Array.isArray(parsed)) return []
  return parsed.flatMap((document) => {
    const [error] = document.errors
    if (error !== undefined) throw error
    visit(document, {
      Scalar(_key, node) {
        if (isScalar(node) && typeof node.value !== 'string' && node.value !== null) {
          node.value = node.source ?? String(node.value)
        }
      },
    })
    const content: unknown = document.toJS()
    if (content === null) return []
    return Array.isArray(content) ? content : [content]
  })
}

function toManifest(document: unknown, origin: string, defaultName: string | null): Manifest {
  const fields = asObject(document)
  if (fields === null) throw usageError(`${origin} holds no connector: expected {"name": …, "config": {…}} or a config`)
  const inner = asObject(fields.config)
  if (inner === null) {
    const config = textsOf(fields, origin)
    return withName(config.name ?? defaultName, config, null, origin)
  }
  const { name, config: _, initial_state: state = null, ...rest } = fields
  const unknown = Object.keys(rest).find((key) => !answered.includes(key))
  if (unknown !== undefined) {
    throw usageError(`${origin}: unknown field "${unknown}", expected name, config and initial_state`)
  }
  if (name !== undefined && typeof name !== 'string') throw usageError(`${origin}: name must be a text`)
  const initialState = state === null ? null : String(state).toUpperCase()
  if (initialState !== null && !initialStates.includes(initialState)) {
    throw usageError(`${origin}: initial_state is "${String(state)}", expected ${initialStates.join(', ')}`)
  }
  const config = textsOf(inner, origin)
  return withName(name ?? config.name ?? defaultName, config, initialState as InitialState | null, origin)
}

function withName(
  name: string | null,
  config: ConnectorConfig,
  initialState: InitialState | null,
  origin: string,
): Manifest {
  const trimmed = name?.trim() ?? ''
  if (trimmed === '') throw usageError(`${origin}: the connector has no name; add "name"`)
  if (config.name !== undefined && config.name !== trimmed) {
    throw usageError(`${origin}: the connector is named "${trimmed}", but its config says "${config.name}"`)
  }
  return { name: trimmed, config: { ...config, name: trimmed }, initialState, origin }
}

function textsOf(fields: Readonly<Record<string, unknown>>, origin: string): ConnectorConfig {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => {
      if (typeof value === 'string') return [key, value]
      if (['boolean', 'number', 'bigint'].includes(typeof value) || value instanceof JsonNumber)
        return [key, String(value)]
      const seen = value === null ? 'null' : Array.isArray(value) ? 'a list' : 'a map'
      throw usageError(
        `${origin}: the value of "${key}" is ${seen}, expected a text${value === null ? '; leave the key out' : ''}`,
      )
    }),
  )
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | null {
  const isObject =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
  return isObject ? (value as Record<string, unknown>) : null
}
