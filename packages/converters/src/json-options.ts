/** What JsonConverter's configuration means for single values. */
export interface JsonOptions {
  readonly decimals: 'BASE64' | 'NUMERIC'
  readonly replaceNullWithDefault: boolean
}
