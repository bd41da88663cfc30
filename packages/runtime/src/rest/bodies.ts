/** Reads request bodies. What is wrong with one is answered with 400 and a text that says where. */
import { JsonNumber, type JsonValue, parseJson, type RawConfig } from '@penstock/core'
import type { TargetState } from '../herder/herder.ts'
import { RestError } from './errors.ts'

export interface CreateRequest {
  readonly name: string
  readonly config: RawConfig
  readonly initialState: TargetState | null
}

const initialStates: ReadonlyMap<string, TargetState> = new Map([
  ['RUNNING', 'STARTED'],
  ['PAUSED', 'PAUSED'],
  ['STOPPED', 'STOPPED'],
])
const createFields: readonly string[] = ['name', 'config', 'initial_state']

export function readCreateRequest(body: Buffer): CreateRequest {
  const fields = asObject(readJson(body), 'the request body')
  const unknown = Object.keys(fields).find((field) => !createFields.includes(field))
  if (unknown !== undefined) throw malformed(`unknown field "${unknown}", known are ${createFields.join(', ')}`)
  const { name = null, config, initial_state: state = null } = fields
  if (name !== null && typeof name !== 'string') throw malformed('"name" must be a string')
  if (config === undefined || config === null) throw malformed('"config" is missing')
  return { name: (name ?? '').trim(), config: asConfig(config, '"config"'), initialState: readInitialState(state) }
}

/** A configuration: an object of strings; numbers and booleans become strings as they are spelled. */
export function readConfig(body: Buffer): RawConfig {
  return asConfig(readJson(body), 'the request body')
}

export function readTaskConfigs(body: Buffer): readonly RawConfig[] {
  const list = readJson(body)
  if (!Array.isArray(list)) throw malformed('the request body must be an array of objects')
  return list.map((config, index) => asConfig(config, `element ${index}`))
}

function readInitialState(state: JsonValue): TargetState | null {
  if (state === null) return null
  const target = typeof state === 'string' ? initialStates.get(state.toUpperCase()) : undefined
  if (target === undefined) throw malformed(`"initial_state" must be one of ${[...initialStates.keys()].join(', ')}`)
  return target
}

function readJson(body: Buffer): JsonValue {
  if (body.length === 0) throw malformed('it is empty')
  try {
    return parseJson(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch (error) {
    // The parser's own text may quote the body, and with it a password.
    throw malformed(error instanceof SyntaxError ? 'it is no JSON' : 'it is nested too deeply or no UTF-8')
  }
}

function asObject(value: JsonValue, what: string): Record<string, JsonValue> {
  const isObject =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
  if (!isObject) throw malformed(`${what} must be an object`)
  return value
}

function asConfig(value: JsonValue, what: string): RawConfig {
  return Object.fromEntries(
    Object.entries(asObject(value, what)).map(([key, item]) => {
      if (item === null) return [key, null]
      if (typeof item === 'object' && !(item instanceof JsonNumber)) {
        throw malformed(`the value of "${key}" must be a string, not an object or array`)
      }
      return [key, String(item)]
    }),
  )
}

function malformed(problem: string): RestError {
  return new RestError(400, `Malformed request body: ${problem}`)
}
