import type { ConfigProblem } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'

export type ConfigKey = keyof ElasticsearchSinkConfig & string

/** One message, said of each key that has a part in it. */
export function problem(keys: readonly ConfigKey[], message: string): ConfigProblem[] {
  return keys.map((key) => ({ key, message }))
}
