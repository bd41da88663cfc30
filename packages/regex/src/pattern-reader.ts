/** A pattern that can't be compiled; the message says where and why. */
export class PatternError extends Error {}

/** Walks through the text of a pattern by code points, and says where something is wrong. */
export class PatternReader {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  get atEnd(): boolean {
    return this.at >= this.text.length
  }

  peek(): string | undefined {
    return this.text[this.at]
  }

  take(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false
    this.at += text.length
    return true
  }

  /** The next code point. */
  next(problem = 'ends too early', at = this.at): string {
    const code = this.text.codePointAt(this.at)
    if (code === undefined) throw this.error(problem, at)
    const char = String.fromCodePoint(code)
    this.at += char.length
    return char
  }

  error(problem: string, at = this.at): PatternError {
    return new PatternError(`the regular expression ${problem} (at index ${at})`)
  }

  /** What `expression`, which begins with `^`, finds here; it is taken. */
  match(expression: RegExp): RegExpExecArray | null {
    const found = expression.exec(this.text.slice(this.at))
    if (found !== null) this.at += found[0].length
    return found
  }
}
