/**
 * The part of a well-formed envelope before its payload, `{"schema":…,"payload":`, or null when its members come in
 * another order.
 */
export function envelopePrefix(text: string): string | null {
  const head = /^\s*\{\s*"schema"\s*:\s*/.exec(text)
  if (!head) return null
  const end = valueEnd(text, head[0].length)
  tail.lastIndex = end
  return tail.test(text) ? text.slice(0, tail.lastIndex) : null
}

const tail = /\s*,\s*"payload"\s*:/y

/** Index after the JSON value that starts at `start` of a text known to be well-formed. */
function valueEnd(text: string, start: number): number {
  let depth = 0
  for (let i = start; i < text.length; i++) {
    const char = text[i]
    if (char === '"') {
      for (i++; text[i] !== '"'; i++) if (text[i] === '\\') i++
    } else if (char === '{' || char === '[') depth++
    else if (char === '}' || char === ']') depth--
    else if (char === ',' && depth === 0) return i
    if (depth === 0 && (char === '}' || char === ']')) return i + 1
  }
  return text.length
}
