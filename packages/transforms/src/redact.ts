import { ConfigError, configDef, definePlugin, key, messageOf } from '@penstock/core'
import { JavaRegex, patternProblem } from '@penstock/regex'
import { PathPatterns } from './redact/path-pattern.ts'
import { hashing, Redactor } from './redact/redactor.ts'
import { forKeyAndValue, read, replaced } from './side.ts'

const config = configDef({
  fields: key.list({
    default: [],
    importance: 'high',
    doc: 'Paths of what to redact as a whole, with all that is in it: user.email, items.*.card, **.password. A step * is any field or element, a * within a step any characters, ** any number of steps.',
    check: (paths) => {
      try {
        PathPatterns.parse(paths)
        return undefined
      } catch (error) {
        return messageOf(error)
      }
    },
  }),
  pattern: key.string({
    default: null,
    importance: 'high',
    doc: 'Regular expression in Java syntax. What it finds in any text is redacted, wherever the text stands.',
    check: patternProblem,
  }),
  method: key.oneOf(['mask', 'hash'], {
    default: 'mask',
    importance: 'high',
    doc: 'mask: texts become the replacement, numbers 0, booleans false, bytes empty. hash: SHA-256 in hexadecimal digits, so that equal values stay recognizable; with a schema for texts only.',
  }),
  replacement: key.string({
    default: '***',
    importance: 'medium',
    doc: 'What method=mask writes in the place of a text.',
  }),
  'hash.salt': key.password({
    default: null,
    importance: 'medium',
    doc: 'Secret that goes into the hash (HMAC), without which short values can be found out by trying.',
  }),
})

export const redact = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `Redact$${side}`,
    aliases: [`io.penstock.transforms.Redact$${side}`],
    summary: `Masks or hashes parts of the ${side.toLowerCase()}, found by field paths and by a regular expression.`,
    config,
    create: ({ fields, pattern, method, replacement, 'hash.salt': salt }) => {
      if (fields.length === 0 && pattern === null) {
        throw new ConfigError([{ key: 'fields', message: 'there is nothing to redact: set fields or pattern' }])
      }
      const redactor = new Redactor({
        paths: PathPatterns.parse(fields),
        pattern: pattern === null ? null : new JavaRegex(pattern),
        replace: method === 'hash' ? hashing(salt === null ? null : salt.reveal()) : () => replacement,
        hashesAll: method === 'hash',
      })
      return {
        apply(record) {
          const { schema, value } = read(record, side)
          const after = redactor.redact(schema, value)
          return after === value ? record : replaced(record, side, { schema, value: after })
        },
      }
    },
  }),
)
