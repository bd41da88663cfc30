/** What answers at a URL, by its `GET /`. */
import { jsonOf } from './json-answer.ts'

export interface Cluster {
  readonly flavor: 'elasticsearch' | 'opensearch'
  /** Null where it isn't told in numbers. */
  readonly version: { readonly text: string; readonly major: number; readonly minor: number } | null
}

/** Undefined where the answer is neither Elasticsearch's nor OpenSearch's. */
export function clusterOf(body: Buffer): Cluster | undefined {
  const version = (jsonOf(body) as { version?: { number?: unknown; distribution?: unknown } } | null)?.version
  if (typeof version !== 'object' || version === null) return undefined
  const text = String(version.number ?? '')
  const numbers = /^(\d+)\.(\d+)/.exec(text)
  return {
    // Elasticsearch says nothing, other forks their own name.
    flavor: version.distribution === undefined ? 'elasticsearch' : 'opensearch',
    version: numbers === null ? null : { text, major: Number(numbers[1]), minor: Number(numbers[2]) },
  }
}
