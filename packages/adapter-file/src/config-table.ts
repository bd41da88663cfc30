/** The tables of keys in README.md. `node --conditions=source src/config-table.ts` rewrites them. */
import { readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { withKeyTables } from '@penstock/core/testing'
import { sinkConfig, sourceConfig } from './config.ts'

/** The text with the tables between the marks brought up to date. */
export function withConfigTables(text: string): string {
  return withKeyTables(withKeyTables(text, 'source keys', sourceConfig), 'sink keys', sinkConfig)
}

export const readme = new URL('../README.md', import.meta.url)

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(readme, withConfigTables(readFileSync(readme, 'utf8')))
}
