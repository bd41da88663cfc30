import type { JavaRegex, Match } from './java-regex.ts'
import { PatternError } from './pattern-reader.ts'

/** A replacement text: fixed parts and numbers of groups. */
export type Replacement = readonly (string | number)[]

/**
 * Reads Java's replacement syntax: `$1`, `${name}`, and a backslash before a character to be taken as it is.
 * Throws PatternError for a group that the pattern doesn't have.
 */
export function parseReplacement(text: string, regex: JavaRegex): Replacement {
  const parts: (string | number)[] = []
  let fixed = ''
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string
    if (char === '\\') {
      i++
      if (i === text.length) throw new PatternError('the replacement ends with a single backslash')
      fixed += text[i]
    } else if (char !== '$') fixed += char
    else {
      const { group, length } = groupAt(text, i, regex)
      parts.push(fixed, group)
      fixed = ''
      i += length - 1
    }
  }
  parts.push(fixed)
  return parts.filter((part) => part !== '')
}

/** Further digits belong to the group's number as long as there is such a group. */
function groupAt(text: string, at: number, regex: JavaRegex): { group: number; length: number } {
  const named = /^\$\{([^}]*)\}/.exec(text.slice(at))
  if (named) {
    const group = regex.groupsByName.get(named[1] ?? '')
    if (group === undefined)
      throw new PatternError(`the replacement names the group ${named[1]}, which the regex doesn't have`)
    return { group, length: named[0].length }
  }
  const digits = /^\$(\d+)/.exec(text.slice(at))?.[1]
  if (digits === undefined)
    throw new PatternError('the replacement has a "$" without a group: write \\$ for the character itself')
  let length = 1
  while (length < digits.length && Number(digits.slice(0, length + 1)) <= regex.groupCount) length++
  const group = Number(digits.slice(0, length))
  if (group > regex.groupCount)
    throw new PatternError(`the replacement names the group ${group}, which the regex doesn't have`)
  return { group, length: length + 1 }
}

/** The text with which a match is replaced. A group that took no part adds nothing. */
export function expand(replacement: Replacement, match: Match): string {
  let text = ''
  for (const part of replacement) text += typeof part === 'string' ? part : (match.groups[part] ?? '')
  return text
}

/** Replaces the first match, or all. Returns the very same text when there is none. */
export function replace(text: string, regex: JavaRegex, replacement: Replacement, all: boolean): string {
  let result = ''
  let copied = 0
  let from = 0
  while (from <= text.length) {
    const match = regex.find(text, from)
    if (match === null) break
    const end = match.index + (match.groups[0] ?? '').length
    result += text.slice(copied, match.index) + expand(replacement, match)
    copied = end
    if (!all) break
    // After an empty match the search goes on one character further.
    from = end > match.index ? end : end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1)
  }
  return copied === 0 && result === '' ? text : result + text.slice(copied)
}
