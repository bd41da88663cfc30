/** `connection.headers`: `Name:value,Other-Name:value`. A comma ends a value only where a name and a colon follow. */
import type { Password } from '@penstock/core'

const separator = /,(?=\s*[\w!#$%&'*+.^`|~-]+\s*:)/
const entry = /^([\w!#$%&'*+.^`|~-]+)\s*:\s*(.*)$/
const printable = /^[\t\x20-\x7e\x80-\xff]*$/
/** Said by each request itself. */
const ours = new Set(['accept', 'content-type', 'content-length', 'content-encoding', 'host', 'connection', 'expect'])
const oursText = [...ours].join(', ')

/** The headers, names in small letters. */
export function extraHeaders(text: Password | null): Record<string, string> {
  return Object.fromEntries(entriesOf(text).map(({ name, value }) => [name.toLowerCase(), value]))
}

/** What is wrong, if anything; tells no values. */
export function extraHeadersProblem(text: Password): string | undefined {
  for (const [index, { name, value }] of entriesOf(text).entries()) {
    if (name === '') return `entry ${index + 1} must look like Name:value`
    if (ours.has(name.toLowerCase())) return `${name} can not be set; the sink sets ${oursText} itself`
    if (!printable.test(value)) return `the value of ${name} holds characters that a header can not have`
  }
  return undefined
}

function entriesOf(text: Password | null): { name: string; value: string }[] {
  const entries = (text?.reveal() ?? '').trim()
  if (entries === '') return []
  return entries.split(separator).map((item) => {
    const [, name = '', value = ''] = entry.exec(item.trim()) ?? []
    return { name, value }
  })
}
