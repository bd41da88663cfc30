import {
  ConfigDef,
  type ConfigProblem,
  type ConfigValue,
  hiddenSecret,
  type KeyDefinitions,
  type RawConfig,
} from '@penstock/core'
import type { CheckedOverride } from '../config/client-properties.ts'
import { looksSecret } from '../config/secrets.ts'
import type { ConfigInfo, ConfigInfos, KeyInfo } from './description.ts'
import { keyInfo } from './key-info.ts'

/** Keys that a plugin brings under a prefix, and what is wrong with how it was named. */
export interface NestedKeys {
  readonly keys: KeyDefinitions
  readonly problems: readonly ConfigProblem[]
  /** Count keys with errors, not messages: Kafka Connect does so for converters. */
  readonly countsKeys: boolean
}

interface Entry {
  readonly definition: KeyInfo | null
  readonly value: ConfigValue
  readonly errors: string[]
  readonly countsOnce: boolean
}

/** Collects the keys of a validation in the order in which they are listed. */
export class ValidationResult {
  readonly #raw: RawConfig
  readonly #entries = new Map<string, Entry>()
  readonly #groups = new Set<string>()

  constructor(raw: RawConfig) {
    this.#raw = raw
  }

  /** Checks keys one by one; answers with their names. */
  addKeys(keys: KeyDefinitions, countsOnce = false): readonly string[] {
    const values = new ConfigDef(keys).validate(this.#raw)
    for (const value of values) {
      const definition = keys[value.name]
      if (definition === undefined || this.#entries.has(value.name)) continue
      if (definition.group !== null) this.#groups.add(definition.group)
      this.#entries.set(value.name, {
        definition: keyInfo(value.name, definition),
        value,
        errors: [...value.errors],
        countsOnce,
      })
    }
    return values.map((value) => value.name)
  }

  addNested({ keys, problems, countsKeys }: NestedKeys): void {
    this.addKeys(keys, countsKeys)
    for (const problem of problems) this.addProblem(problem)
  }

  /** Adds to the key's errors; a key that nobody declares is listed without a definition. */
  addProblem({ key, message }: ConfigProblem): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) this.#entries.set(key, { ...this.#undeclared(key), errors: [message], countsOnce: false })
    else if (!entry.errors.includes(message)) entry.errors.push(message)
  }

  addOverride({ key, value, problem }: CheckedOverride): void {
    const present = this.#entries.get(key)
    const errors = [...(present?.errors ?? []), ...(problem === null ? [] : [problem])]
    this.#entries.delete(key) // listed among the overrides, wherever an earlier problem put it
    this.#entries.set(key, {
      ...this.#undeclared(key),
      value: { ...this.#undeclared(key).value, value },
      errors,
      countsOnce: true,
    })
  }

  hasErrors(key: string): boolean {
    return (this.#entries.get(key)?.errors.length ?? 0) > 0
  }

  toConfigInfos(name: string): ConfigInfos {
    const entries = [...this.#entries.values()]
    return {
      name,
      errorCount: entries.reduce(
        (sum, { errors, countsOnce }) => sum + (countsOnce ? Math.min(1, errors.length) : errors.length),
        0,
      ),
      groups: [...this.#groups],
      configs: entries.map(toConfigInfo),
    }
  }

  #undeclared(key: string): Pick<Entry, 'definition' | 'value'> {
    const given = this.#raw[key] ?? null
    const value = given !== null && looksSecret(key) ? hiddenSecret : given
    return { definition: null, value: { name: key, value, errors: [], recommended: [], visible: true } }
  }
}

function toConfigInfo({ definition, value, errors }: Entry): ConfigInfo {
  return {
    definition,
    value: {
      name: value.name,
      value: value.value,
      recommendedValues: value.recommended,
      errors,
      visible: value.visible,
    },
  }
}
