/** Why a text is not JSON. `at` is the index of the first character that can't stand where it stands. */
export interface JsonProblem {
  readonly at: number
  readonly message: string
}

const escapes = '"\\/bfnrt'
const literals = ['true', 'false', 'null'] as const
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/**
 * Finds the first thing wrong with a JSON text, or null when it is well-formed. Only called for texts `JSON.parse` has
 * refused: the engine's own messages name a position in some cases only, and quote the content in others.
 */
export function jsonProblem(text: string): JsonProblem | null {
  const open: ('{' | '[')[] = []
  let expected: 'value' | 'value or ]' | 'key' | 'key or }' | ':' | 'end of value' = 'value'
  let i = 0
  const problem = (wanted: string): JsonProblem => ({ at: i, message: `expected ${wanted}, found ${shown(text, i)}` })
  for (;;) {
    while (text[i] === ' ' || text[i] === '\n' || text[i] === '\r' || text[i] === '\t') i++
    const char = text[i]
    switch (expected) {
      case ':':
        if (char !== ':') return problem('":"')
        i++
        expected = 'value'
        continue
      case 'end of value': {
        const inside = open.at(-1)
        if (inside === undefined) return char === undefined ? null : problem('nothing more')
        if (char === (inside === '{' ? '}' : ']')) open.pop()
        else if (char === ',') expected = inside === '{' ? 'key' : 'value'
        else return problem(inside === '{' ? '"," or "}"' : '"," or "]"')
        i++
        continue
      }
      case 'key or }':
      case 'key': {
        if (char === '}' && expected === 'key or }') {
          open.pop()
          i++
          expected = 'end of value'
          continue
        }
        if (char !== '"') return problem('a field name in double quotes')
        const end = stringEnd(text, i)
        if (typeof end !== 'number') return end
        i = end
        expected = ':'
        continue
      }
      case 'value or ]':
      case 'value':
        if (char === ']' && expected === 'value or ]') {
          open.pop()
          i++
        } else if (char === '{' || char === '[') {
          open.push(char)
          i++
          expected = char === '{' ? 'key or }' : 'value or ]'
          continue
        } else if (char === '"') {
          const end = stringEnd(text, i)
          if (typeof end !== 'number') return end
          i = end
        } else {
          const literal = literals.find((word) => text.startsWith(word, i))
          number.lastIndex = i
          if (literal !== undefined) i += literal.length
          else if (number.test(text)) i = number.lastIndex
          else return problem('a value')
        }
        expected = 'end of value'
    }
  }
}

/** The index after the closing quote of the string that starts at `start`. */
function stringEnd(text: string, start: number): number | JsonProblem {
  for (let i = start + 1; ; i++) {
    const char = text[i]
    if (char === undefined) return { at: i, message: 'the text ends inside a string' }
    if (char === '"') return i + 1
    if (char < ' ') return { at: i, message: `found ${shown(text, i)} inside a string` }
    if (char !== '\\') continue
    i++
    const escaped = text[i]
    if (escaped === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5))) i += 4
    else if (escaped === undefined || !escapes.includes(escaped)) {
      return { at: i, message: `found the unknown escape "\\${escaped ?? ''}"` }
    }
  }
}

function shown(text: string, at: number): string {
  const code = text.codePointAt(at)
  if (code === undefined) return 'the end'
  if (code < 0x20 || code === 0x7f) return `the control character 0x${code.toString(16).padStart(2, '0')}`
  if (code === 0xfeff) return 'a byte order mark'
  return `"${String.fromCodePoint(code)}"`
}
