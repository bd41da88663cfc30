/** Reads request bodies. What is wrong with one is answered with 400 and a text that says where. */
import {
  ConnectError,
  JsonNumber,
  type JsonValue,
  parseJson,
  parseProperties,
  type RawConfig,
  type SourceValue,
} from '@penstock/core'
import type { ConnectorOffset, TargetState } from '../herder/herder.ts'
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

/** The request that a connector's `.properties` file stands for; its name is among the properties. */
export function createRequestOfProperties(body: Buffer): Buffer {
  let config: RawConfig
  try {
    config = parseProperties(decode(body))
  } catch (error) {
    throw malformed(error instanceof ConnectError ? error.message : 'it is no UTF-8')
  }
  return Buffer.from(JSON.stringify({ name: config.name ?? '', config }))
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

/** Positions to alter, at least one. */
export function readOffsets(body: Buffer): readonly ConnectorOffset[] {
  const fields = asObject(readJson(body), 'the request body')
  const unknown = Object.keys(fields).find((field) => field !== 'offsets')
  if (unknown !== undefined) throw malformed(`unknown field "${unknown}", known is offsets`)
  const { offsets = null } = fields
  if (offsets !== null && !Array.isArray(offsets)) throw malformed('"offsets" must be an array of objects')
  if (offsets === null || offsets.length === 0) {
    throw new RestError(400, 'Partitions / offsets need to be provided for an alter offsets request')
  }
  return offsets.map((item, index) => {
    const { partition = null, offset = null } = asObject(item, `element ${index} of "offsets"`)
    return {
      partition: asPosition(partition, `"partition" of element ${index}`),
      offset: offset === null ? null : asPosition(offset, `"offset" of element ${index}`),
    }
  })
}

/** The level of a logger; null when none is given. */
export function readLevel(body: Buffer): string | null {
  const { level = null } = asObject(readJson(body), 'the request body')
  return level === null ? null : String(level)
}

/** Positions are stored as flat JSON; a fraction may lose digits that a double has no room for, as in the JVM. */
function asPosition(value: JsonValue, what: string): Record<string, SourceValue> {
  return Object.fromEntries(
    Object.entries(asObject(value, what)).map(([key, item]) => {
      if (item instanceof JsonNumber) return [key, item.toNumber()]
      if (typeof item === 'object' && item !== null) {
        throw malformed(`the value of "${key}" in ${what} must be a string, number, boolean or null`)
      }
      return [key, item]
    }),
  )
}

function readInitialState(state: JsonValue): TargetState | null {
  if (state === null) return null
  const target = typeof state === 'string' ? initialStates.get(state.toUpperCase()) : undefined
  if (target === undefined) throw malformed(`"initial_state" must be one of ${[...initialStates.keys()].join(', ')}`)
  return target
}

export function readJson(body: Buffer): JsonValue {
  if (body.length === 0) throw malformed('it is empty')
  try {
    return parseJson(decode(body))
  } catch (error) {
    // The parser's own text may quote the body, and with it a password.
    throw malformed(error instanceof SyntaxError ? 'it is no JSON' : 'it is nested too deeply or no UTF-8')
  }
}

function decode(body: Buffer): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(body)
}

export function asObject(value: JsonValue, what: string): Record<string, JsonValue> {
  const isObject =
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonNumber)
  if (!isObject) throw malformed(`${what} must be an object`)
  return value
}

export function asConfig(value: JsonValue, what: string): RawConfig {
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

/** `problem` says what is wrong without saying where it was read. */
export class MalformedBody extends RestError {
  readonly problem: string

  constructor(problem: string) {
    super(400, `Malformed request body: ${problem}`)
    this.problem = problem
  }
}

export function malformed(problem: string): MalformedBody {
  return new MalformedBody(problem)
}
