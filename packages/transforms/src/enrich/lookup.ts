import type { JsonValue } from '@penstock/core'

/** Where Enrich looks things up. */
export interface Lookup {
  /**
   * What stands under a key, null when there is nothing. Rejects or throws RetriableError while the place can't be
   * reached. Without a promise when it is known at once.
   */
  find(key: string): JsonValue | null | Promise<JsonValue | null>
  close(): Promise<void>
}
