import { ConfigError, configDef, definePlugin, key } from '@penstock/core'
import { JavaRegex } from '@penstock/regex'
import { regexKeys, regexTransformation } from './regex-transform.ts'
import { forKeyAndValue } from './side.ts'

const config = configDef({
  ...regexKeys,
  'target.field': key.string({
    default: null,
    importance: 'medium',
    doc: 'Field that keeps the text where the whole value is the text; without it only the groups are left.',
    check: (name) => (name === '' ? 'String must be non-empty' : undefined),
  }),
})

export const extractWithRegex = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `ExtractWithRegex$${side}`,
    aliases: [`io.penstock.transforms.ExtractWithRegex$${side}`],
    summary: `Takes named groups of a regular expression out of a text of the ${side.toLowerCase()} into fields.`,
    config,
    create: (options) => {
      if (new JavaRegex(options.regex).groupsByName.size === 0) {
        throw new ConfigError([
          {
            key: 'regex',
            message: `Invalid value ${options.regex} for configuration regex: it has no named group, as (?<level>\\w+), to make a field of`,
          },
        ])
      }
      return regexTransformation({ ...options, replacement: null, all: true }, side)
    },
  }),
)
