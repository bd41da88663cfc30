/** The table of keys in README.md. `node --conditions=source src/config/config-table.ts` rewrites it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { withKeyTables } from '@penstock/core/testing'
import { config } from './config.ts'

/** The text with the tables between the marks brought up to date. */
export function withConfigTables(text: string): string {
  return withKeyTables(text, 'keys', config)
}

export const readme = new URL('../../README.md', import.meta.url)

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(readme, withConfigTables(readFileSync(readme, 'utf8')))
}
