import { type ConnectorConfig, hiddenSecret } from '@penstock/client'
import { withoutUrlPassword } from '../output/secrets.ts'
import { oneLine } from '../output/table.ts'
import { paint, type Terminal } from '../terminal.ts'

export interface KeyChange {
  readonly key: string
  /** Null where the key is new. */
  readonly before: string | null
  /** Null where the key goes. */
  readonly after: string | null
}

/** What would change, by key. */
export function configChanges(before: ConnectorConfig, after: ConnectorConfig): KeyChange[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return keys
    .map((key) => ({ key, before: before[key] ?? null, after: after[key] ?? null }))
    .filter(({ before, after }) => before !== after)
}

/** Without secrets; that one has changed is still seen. */
export function maskChanges(changes: readonly KeyChange[], secrets: ReadonlySet<string>): KeyChange[] {
  return changes.map(({ key, ...change }) => {
    const shown = (value: string | null): string | null =>
      value === null ? null : secrets.has(key) ? hiddenSecret : withoutUrlPassword(value)
    const before = shown(change.before)
    const after = shown(change.after)
    return { key, before, after: before !== null && before === after ? `${after} (changed)` : after }
  })
}

/** As lines that begin with - and +. */
export function formatChanges(changes: readonly KeyChange[], terminal: Pick<Terminal, 'colors'>): string {
  return changes
    .flatMap(({ key, before, after }) => [
      ...(before === null ? [] : [paint(terminal, 'red', `- ${key}: ${oneLine(before, 500)}`)]),
      ...(after === null ? [] : [paint(terminal, 'green', `+ ${key}: ${oneLine(after, 500)}`)]),
    ])
    .map((line) => `  ${line}\n`)
    .join('')
}
