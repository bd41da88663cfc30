/**
 * Declares configuration keys once. Parsing, validation, the REST answers, docs pages and console forms all read the
 * declaration. Error texts equal those of Kafka's ConfigDef: users search for them and clients match on them.
 */
import { ConfigError, type ConfigProblem } from './errors.ts'
import { hiddenSecret, Password } from './password.ts'

/** A configuration as users write it. Null stands for a key given without a value. */
export type RawConfig = Readonly<Record<string, string | null>>

export type ConfigType = 'BOOLEAN' | 'STRING' | 'INT' | 'SHORT' | 'LONG' | 'DOUBLE' | 'LIST' | 'CLASS' | 'PASSWORD'
export type Importance = 'high' | 'medium' | 'low'
export type Width = 'none' | 'short' | 'medium' | 'long'

/** One declared key; made by {@link key}. `Value` is the parsed type. */
export interface KeyDefinition<Value = unknown> {
  readonly type: ConfigType
  /** Parsed default; undefined means the key is required. */
  readonly default: Value | undefined
  readonly importance: Importance
  readonly doc: string
  readonly group: string | null
  readonly orderInGroup: number
  readonly width: Width
  readonly displayName: string | null
  readonly dependents: readonly string[]
  /** Values to offer in forms. */
  readonly recommended: readonly string[]
  /** Not shown to users, not listed by validation. */
  readonly internal: boolean
  /** Says what is wrong with a parsed value (`Value must be at least 1`), or nothing. */
  check(value: Value): string | undefined
}
export type KeyDefinitions = Readonly<Record<string, KeyDefinition<unknown>>>

/** The parsed configuration of a ConfigDef: `config['batch.size']` is a number. */
export type ConfigOf<Def> = Def extends ConfigDef<infer Keys> ? ParsedConfig<Keys> : never
type ParsedConfig<Keys extends KeyDefinitions> = {
  readonly [Key in keyof Keys]: Keys[Key] extends KeyDefinition<infer Value> ? Value : never
}

interface KeyOptions<Value> {
  /** Absent: the key is required. */
  default?: Value
  importance: Importance
  doc: string
  group?: string
  orderInGroup?: number
  width?: Width
  displayName?: string
  dependents?: readonly string[]
  recommended?: readonly string[]
  internal?: boolean
  check?(value: NonNullable<Value>): string | undefined
}

function define<Value>(
  type: ConfigType,
  options: KeyOptions<Value>,
  bounds?: (value: NonNullable<Value>) => string | undefined,
): KeyDefinition<Value> {
  return {
    type,
    default: options.default,
    importance: options.importance,
    doc: options.doc,
    group: options.group ?? null,
    orderInGroup: options.orderInGroup ?? -1,
    width: options.width ?? 'none',
    displayName: options.displayName ?? null,
    dependents: options.dependents ?? [],
    recommended: options.recommended ?? [],
    internal: options.internal ?? false,
    check: (value) => (value === null || value === undefined ? undefined : (bounds?.(value) ?? options.check?.(value))),
  }
}

type NumberOptions<Value> = KeyOptions<Value> & { min?: number; max?: number }

function range(options: { min?: number; max?: number }) {
  return (value: number): string | undefined => {
    if (options.min !== undefined && value < options.min) return `Value must be at least ${options.min}`
    if (options.max !== undefined && value > options.max) return `Value must be no more than ${options.max}`
    return undefined
  }
}

/** `default: null` makes a key optional without a default: its type then includes null. */
type Defaulted<Value, Options> = Options extends { default: null } ? Value | null : Value

/** Declares one key: `key.int({ default: 2000, min: 1, importance: 'medium', doc: '…' })`. */
export const key = {
  string: <const O extends KeyOptions<string | null>>(options: O): KeyDefinition<Defaulted<string, O>> =>
    define('STRING', options as KeyOptions<Defaulted<string, O>>),
  /** A string out of a fixed set, compared without case, parsed to the spelling given here. */
  oneOf: <const V extends string, const O extends KeyOptions<NoInfer<V> | null>>(
    values: readonly V[],
    options: O,
  ): KeyDefinition<Defaulted<V, O>> & { readonly values: readonly V[] } => ({
    ...define<Defaulted<V, O>>(
      'STRING',
      { recommended: values, ...(options as KeyOptions<Defaulted<V, O>>) },
      (value) => (values.includes(value as V) ? undefined : `String must be one of: ${values.join(', ')}`),
    ),
    values,
  }),
  boolean: <const O extends KeyOptions<boolean | null>>(options: O): KeyDefinition<Defaulted<boolean, O>> =>
    define('BOOLEAN', options as KeyOptions<Defaulted<boolean, O>>),
  short: <const O extends NumberOptions<number | null>>(options: O): KeyDefinition<Defaulted<number, O>> =>
    define('SHORT', options as KeyOptions<Defaulted<number, O>>, range(options)),
  int: <const O extends NumberOptions<number | null>>(options: O): KeyDefinition<Defaulted<number, O>> =>
    define('INT', options as KeyOptions<Defaulted<number, O>>, range(options)),
  /** Parsed to `number`: no key of ours needs more than 2^53. */
  long: <const O extends NumberOptions<number | null>>(options: O): KeyDefinition<Defaulted<number, O>> =>
    define('LONG', options as KeyOptions<Defaulted<number, O>>, range(options)),
  double: <const O extends NumberOptions<number | null>>(options: O): KeyDefinition<Defaulted<number, O>> =>
    define('DOUBLE', options as KeyOptions<Defaulted<number, O>>, range(options)),
  list: <const O extends KeyOptions<readonly string[] | null>>(
    options: O,
  ): KeyDefinition<Defaulted<readonly string[], O>> =>
    define('LIST', options as KeyOptions<Defaulted<readonly string[], O>>),
  /** The name of a plugin. */
  class: <const O extends KeyOptions<string | null>>(options: O): KeyDefinition<Defaulted<string, O>> =>
    define('CLASS', options as KeyOptions<Defaulted<string, O>>),
  /** A secret: prints as `[hidden]` everywhere, `.reveal()` gives the text. */
  password: <const O extends KeyOptions<Password | null>>(options: O): KeyDefinition<Defaulted<Password, O>> =>
    define('PASSWORD', options as KeyOptions<Defaulted<Password, O>>),
}

/** One key of a validated configuration: the definition, the value shown to users and what is wrong with it. */
export interface ConfigValue {
  readonly name: string
  /** As REST shows it: passwords hidden, null when there is no value or it can't be parsed. */
  readonly value: string | null
  readonly errors: readonly string[]
  readonly recommended: readonly string[]
  readonly visible: boolean
}

/** A set of declared keys. */
export class ConfigDef<Keys extends KeyDefinitions = KeyDefinitions> {
  readonly keys: Keys

  constructor(keys: Keys) {
    this.keys = keys
  }

  /** Parses a configuration; unknown keys are left alone. Throws ConfigError naming every problem at once. */
  parse(raw: RawConfig): ParsedConfig<Keys> {
    const problems: ConfigProblem[] = []
    const parsed: Record<string, unknown> = {}
    for (const [name, definition] of this.#entries()) {
      const { value, errors } = parseKey(name, definition, raw)
      for (const message of errors) problems.push({ key: name, message })
      parsed[name] = value
    }
    if (problems.length > 0) throw new ConfigError(problems)
    return parsed as ParsedConfig<Keys>
  }

  /** Checks a configuration key by key, in declaration order, for `…/config/validate`. */
  validate(raw: RawConfig): ConfigValue[] {
    return this.#entries()
      .filter(([, definition]) => !definition.internal)
      .map(([name, definition]) => {
        const { value, errors } = parseKey(name, definition, raw)
        return { name, value: showValue(definition, value), errors, recommended: definition.recommended, visible: true }
      })
  }

  #entries(): [string, KeyDefinition<unknown>][] {
    return Object.entries(this.keys) as unknown as [string, KeyDefinition<unknown>][]
  }
}

/** Declares a set of keys. */
export function configDef<const Keys extends KeyDefinitions>(keys: Keys): ConfigDef<Keys> {
  return new ConfigDef(keys)
}

function parseKey(
  name: string,
  definition: KeyDefinition<unknown>,
  raw: RawConfig,
): { value: unknown; errors: string[] } {
  if (!Object.hasOwn(raw, name)) {
    if (definition.default !== undefined) return { value: definition.default, errors: [] }
    return { value: null, errors: [`Missing required configuration "${name}" which has no default value.`] }
  }
  const text = raw[name] ?? null
  if (text === null) {
    if (definition.default === null) return { value: null, errors: [] }
    return { value: null, errors: [`Invalid value null for configuration ${name}: Value must be non-null`] }
  }
  // User and password of a URL are nobody's business, whatever is wrong with it.
  const shown =
    definition.type === 'PASSWORD' ? hiddenSecret : text.replace(/(\w:\/\/)[^/?#\s,]*@/g, `$1${hiddenSecret}@`)
  const { value, problem } = parseText(definition, text)
  if (problem !== undefined)
    return { value: null, errors: [`Invalid value ${shown} for configuration ${name}: ${problem}`] }
  const failed = definition.check(value)
  return { value, errors: failed === undefined ? [] : [`Invalid value ${shown} for configuration ${name}: ${failed}`] }
}

function parseText(definition: KeyDefinition<unknown>, text: string): { value: unknown; problem?: string } {
  const trimmed = text.trim()
  switch (definition.type) {
    case 'BOOLEAN': {
      const lower = trimmed.toLowerCase()
      if (lower === 'true' || lower === 'false') return { value: lower === 'true' }
      return { value: null, problem: 'Expected value to be either true or false' }
    }
    case 'SHORT':
      return parseInteger(trimmed, 'SHORT', 0x7fff)
    case 'INT':
      return parseInteger(trimmed, 'INT', 0x7fffffff)
    case 'LONG':
      return parseInteger(trimmed, 'LONG', Number.MAX_SAFE_INTEGER)
    case 'DOUBLE': {
      const number = Number(trimmed)
      return trimmed === '' || Number.isNaN(number)
        ? { value: null, problem: 'Not a number of type DOUBLE' }
        : { value: number }
    }
    case 'LIST':
      return { value: trimmed === '' ? [] : trimmed.split(',').map((item) => item.trim()) }
    case 'PASSWORD':
      return { value: new Password(text) }
    case 'STRING':
    case 'CLASS': {
      const values = (definition as { values?: readonly string[] }).values
      const known = values?.find((value) => value.toLowerCase() === trimmed.toLowerCase())
      return { value: known ?? trimmed }
    }
  }
}

function parseInteger(text: string, type: string, max: number): { value: unknown; problem?: string } {
  // LONG keys take Java's Long.MAX_VALUE for "never"; it becomes the largest exact number here.
  if (type === 'LONG' && /^[+-]?\d{16,19}$/.test(text)) {
    return { value: text.startsWith('-') ? -max : max }
  }
  const value = Number(text)
  if (!/^[+-]?\d+$/.test(text) || value > max || value < -max - 1)
    return { value: null, problem: `Not a number of type ${type}` }
  return { value }
}

/** A parsed value as REST shows it. */
export function showValue(definition: KeyDefinition<unknown>, value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (definition.type === 'PASSWORD') return hiddenSecret
  return Array.isArray(value) ? value.join(',') : String(value)
}
