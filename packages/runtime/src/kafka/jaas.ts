/** Reads `sasl.jaas.config`: one login module with its options, in the syntax of Java's own parser. */

export interface JaasEntry {
  /** Class name, as given. */
  readonly module: string
  readonly options: Readonly<Record<string, string>>
}

const token = /\s*(?:"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|([=;])|([^\s=;"']+))/y
const controlFlag = /^(required|requisite|sufficient|optional)$/i
const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', f: '\f', b: '\b', a: '\x07', v: '\v' }

/** The entry of `module required key="value" …;`; null when the text is no such thing. */
export function parseJaas(text: string): JaasEntry | null {
  const words = tokens(text)
  if (words === null) return null
  const [module, flag, ...rest] = words.at(-1) === ';' ? words.slice(0, -1) : words
  if (typeof module !== 'object' || typeof flag !== 'object' || !controlFlag.test(flag.text)) return null
  const options: Record<string, string> = {}
  for (let place = 0; place < rest.length; place += 3) {
    const [name, equals, value] = rest.slice(place, place + 3)
    if (typeof name !== 'object' || equals !== '=' || typeof value !== 'object') return null
    options[name.text] = value.text
  }
  return { module: module.text, options }
}

type Token = '=' | ';' | { readonly text: string }

function tokens(text: string): Token[] | null {
  const found: Token[] = []
  const rest = text.trimEnd()
  token.lastIndex = 0
  while (token.lastIndex < rest.length) {
    const match = token.exec(rest)
    if (match === null) return null
    const [, double, single, sign, word] = match
    if (sign === '=' || sign === ';') found.push(sign)
    else found.push({ text: word ?? unescaped(double ?? single ?? '') })
  }
  return found
}

function unescaped(quoted: string): string {
  return quoted.replace(/\\([0-3][0-7]{0,2}|[4-7][0-7]?|[\s\S])/g, (_, code: string) =>
    /^[0-7]/.test(code) ? String.fromCharCode(Number.parseInt(code, 8)) : (letters[code] ?? code),
  )
}
