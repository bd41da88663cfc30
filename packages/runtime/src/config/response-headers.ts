/** One rule of `response.http.headers.config`. */
export interface HeaderRule {
  readonly action: 'set' | 'add'
  readonly name: string
  readonly value: string
}

const rule = /^(set|add|setDate|addDate)\s+([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*([\t\x20-\x7e]*)$/

/**
 * Reads `set X-Frame-Options: DENY, "add Cache-Control: no-cache, no-store"`. Rules with commas stand in quotes; the
 * values of `setDate` and `addDate` are epoch milliseconds. Null when a rule can't be read.
 */
export function parseHeaderRules(text: string): readonly HeaderRule[] | null {
  const parts = (text.match(/\s*"[^"]*"\s*|[^,]+/g) ?? [])
    .map((part) => part.trim().replace(/^"|"$/g, '').trim())
    .filter((part) => part !== '')
  const rules = parts.map(parseRule)
  return rules.every((parsed) => parsed !== null) ? rules : null
}

function parseRule(text: string): HeaderRule | null {
  const [, action = '', name = '', value = ''] = rule.exec(text) ?? []
  if (name === '') return null
  if (!action.endsWith('Date')) return { action: action === 'add' ? 'add' : 'set', name, value: value.trim() }
  const date = new Date(Number(value))
  if (value.trim() === '' || Number.isNaN(date.getTime())) return null
  return { action: action === 'addDate' ? 'add' : 'set', name, value: date.toUTCString() }
}
