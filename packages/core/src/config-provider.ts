/** What a provider knows below a path. */
export interface ProvidedData {
  /** By key; keys that aren't there are left out. */
  readonly data: Readonly<Record<string, string>>
  /** After so many milliseconds the values may be others; absent: they hold until the connector is restarted. */
  readonly ttlMs?: number
}

/**
 * Finds the values that stand behind `${provider:path:key}` in configurations: files, the environment, a vault. Every
 * process that needs a value has a provider of its own; the calls of one may overlap.
 */
export interface ConfigProvider {
  /**
   * The values of these keys, null: of all, below a path (empty where the variable has none). What isn't there, or may
   * not be read, is left out; rejects when the place itself can't be read.
   */
  get(path: string, keys: readonly string[] | null): Promise<ProvidedData>
  close?(): Promise<void> | void
}
