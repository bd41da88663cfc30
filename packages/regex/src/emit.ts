/** Parsed patterns as text for the two engines. @module */
import { type CharSet, complement } from './char-set.ts'
import type { Assertion, Node, Syntax } from './syntax.ts'

/** A pattern for `new RegExp(source, 'u')`. */
export interface JsPattern {
  readonly source: string
  /** Where each group of the pattern is found among the groups of the match. */
  readonly groupIndexes: readonly number[]
  /** The match has these groups and no others, in order. */
  readonly sameGroups: boolean
}

const jsAssertions: Readonly<Record<Assertion, string>> = {
  'start of text': '^',
  'end of text': '$',
  'end or final line break': '(?=(?:\\r\\n|[\\n\\r\\u0085\\u2028\\u2029])?$)',
  'start of line': '(?<![^\\n\\r\\u0085\\u2028\\u2029])',
  'end of line': '(?![^\\n\\r\\u0085\\u2028\\u2029])',
  'word boundary': '\\b',
  'no word boundary': '\\B',
}
const re2Assertions: Readonly<Record<Assertion, string>> = {
  'start of text': '\\A',
  'end of text': '\\z',
  'end or final line break': '\\z',
  'start of line': '(?m:^)',
  'end of line': '(?m:$)',
  'word boundary': '\\b',
  'no word boundary': '\\B',
}

/** Groups that may not backtrack are written as a lookahead and a reference to what it found. */
export function emitJs(syntax: Syntax): JsPattern {
  const groupIndexes = [0]
  const pieces: (string | { group: number })[] = []
  let groups = 0
  const emit = (node: Node): void => {
    switch (node.kind) {
      case 'set':
        pieces.push(setText(node.set, jsEscape))
        return
      case 'property':
        pieces.push(`[${node.negated ? '^' : ''}${rangesText(node.set, jsEscape)}${node.properties.join('')}]`)
        return
      case 'assertion':
        pieces.push(jsAssertions[node.name])
        return
      case 'group':
        if (node.index !== null) groupIndexes[node.index] = ++groups
        wrapped(node.index === null ? '(?:' : '(', node.node, ')')
        return
      case 'atomic': {
        const index = ++groups
        wrapped('(?=(', node.node, `))\\${index}(?:)`)
        return
      }
      case 'look':
        wrapped(`(${node.open}`, node.node, ')')
        return
      case 'reference':
        pieces.push({ group: node.group })
        return
      case 'sequence':
        for (const part of node.nodes) {
          if (part.kind === 'choice') wrapped('(?:', part, ')')
          else emit(part)
        }
        return
      case 'choice':
        node.nodes.forEach((branch, i) => {
          if (i > 0) pieces.push('|')
          emit(branch)
        })
        return
      case 'repeat':
        if (isAtom(node.node)) emit(node.node)
        else wrapped('(?:', node.node, ')')
        pieces.push(quantifier(node))
    }
  }
  const wrapped = (open: string, node: Node, close: string): void => {
    pieces.push(open)
    emit(node)
    pieces.push(close)
  }
  emit(syntax.root)
  const source = pieces
    .map((piece) => (typeof piece === 'string' ? piece : `\\${groupIndexes[piece.group]}(?:)`))
    .join('')
  return { source, groupIndexes, sameGroups: groups === syntax.groupCount }
}

/** A pattern for RE2. */
export interface Re2Pattern {
  /** For matching whole texts. */
  readonly whole: string
  /** For finding. Here a `$` takes a final line break into a group of its own, since RE2 can't look ahead. */
  readonly find: string
  /** Where each group of the pattern is found among the groups of `find`. */
  readonly groupIndexes: readonly number[]
  /** The groups that hold final line breaks, which belong to no match. */
  readonly lineBreakGroups: readonly number[]
}

/** Null when the pattern needs what RE2 doesn't have: looking around, back references, possessive quantifiers. */
export function emitRe2({ root }: Syntax): Re2Pattern | null {
  const groupIndexes = [0]
  const lineBreakGroups: number[] = []
  let groups = 0
  const emit = (node: Node, finding: boolean): string | null => {
    switch (node.kind) {
      case 'set':
        return setText(node.set, re2Escape)
      case 'property':
        return `[${node.negated ? '^' : ''}${rangesText(node.set, re2Escape)}${node.properties.join('')}]`
      case 'assertion':
        if (!finding || node.name !== 'end or final line break') return re2Assertions[node.name]
        lineBreakGroups.push(++groups)
        return '(?:(\\r\\n|[\\n\\r\\x{85}\\x{2028}\\x{2029}])?\\z)'
      case 'group': {
        if (finding && node.index !== null) groupIndexes[node.index] = ++groups
        const inner = emit(node.node, finding)
        return inner === null ? null : `(${node.index === null ? '?:' : ''}${inner})`
      }
      case 'atomic':
      case 'look':
      case 'reference':
        return null
      case 'sequence':
      case 'choice': {
        const parts: string[] = []
        for (const [i, part] of node.nodes.entries()) {
          const text = emit(part, finding)
          if (text === null) return null
          // The line break that the `$` has taken would be missing to what follows.
          const more = node.kind === 'sequence' && !node.nodes.slice(i + 1).every(isLineEnd)
          if (more && hasLineEnd(part)) return null
          parts.push(part.kind === 'choice' ? `(?:${text})` : text)
        }
        return parts.join(node.kind === 'choice' ? '|' : '')
      }
      case 'repeat': {
        if (node.min > 1000 || (Number.isFinite(node.max) && node.max > 1000)) return null
        if (node.max > 1 && hasLineEnd(node.node)) return null
        const inner = emit(node.node, finding)
        return inner === null ? null : `${isAtom(node.node) ? inner : `(?:${inner})`}${quantifier(node)}`
      }
    }
  }
  const whole = emit(root, false)
  const find = emit(root, true)
  return whole === null || find === null ? null : { whole, find, groupIndexes, lineBreakGroups }
}

function isLineEnd(node: Node): boolean {
  return node.kind === 'assertion' && node.name === 'end or final line break'
}

function hasLineEnd(node: Node): boolean {
  switch (node.kind) {
    case 'assertion':
      return isLineEnd(node)
    case 'group':
    case 'repeat':
      return hasLineEnd(node.node)
    case 'sequence':
    case 'choice':
      return node.nodes.some(hasLineEnd)
    default:
      return false
  }
}

function isAtom(node: Node): boolean {
  return node.kind === 'set' || node.kind === 'property' || node.kind === 'group'
}

function quantifier({ min, max, lazy }: { min: number; max: number; lazy: boolean }): string {
  const suffix = lazy ? '?' : ''
  if (max === Infinity && min < 2) return `${min === 0 ? '*' : '+'}${suffix}`
  if (min === 0 && max === 1) return `?${suffix}`
  return `{${min}${max === min ? '' : `,${max === Infinity ? '' : max}`}}${suffix}`
}

function setText(set: CharSet, encode: (code: number) => string): string {
  const [only] = set
  if (only === undefined) return `[^${encode(0)}-${encode(0x10ffff)}]`
  if (set.length === 1 && only[0] === only[1]) return encode(only[0])
  const rest = complement(set)
  return rest.length > 0 && rest.length < set.length + 1 && set[0]?.[0] === 0
    ? `[^${rangesText(rest, encode)}]`
    : `[${rangesText(set, encode)}]`
}

function rangesText(set: CharSet, encode: (code: number) => string): string {
  return set.map(([low, high]) => (low === high ? encode(low) : `${encode(low)}-${encode(high)}`)).join('')
}

function jsEscape(code: number): string {
  return escaped(code, (hex) => `\\u{${hex}}`)
}

function re2Escape(code: number): string {
  return escaped(code, (hex) => `\\x{${hex}}`)
}

function escaped(code: number, coded: (hex: string) => string): string {
  const char = String.fromCodePoint(code)
  return /^[A-Za-z0-9 _"'#%&,:;<=>@~`!]$/.test(char) ? char : coded(code.toString(16))
}
