/**
 * The regular expression of `topics.regex`, to be matched against a whole topic name. Users write Java's syntax: inline
 * flags at the start (`(?i)`), `\Q…\E` and possessive quantifiers of it are understood. Throws SyntaxError.
 */
export function compileTopicsRegex(text: string): RegExp {
  const flags = /^\(\?([is]+)\)/.exec(text)
  const body = text
    .slice(flags?.[0].length ?? 0)
    .replace(/\\Q([\s\S]*?)(?:\\E|$)/g, (_all, literal: string) => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
    .replace(/(?<!\\)([*+?}])\+/g, '$1')
  return new RegExp(`^(?:${body})$`, flags?.[1] ?? '')
}
