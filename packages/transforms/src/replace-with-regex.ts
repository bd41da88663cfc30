import { configDef, definePlugin, key } from '@penstock/core'
import { regexKeys, regexTransformation } from './regex-transform.ts'
import { forKeyAndValue } from './side.ts'

const config = configDef({
  ...regexKeys,
  replacement: key.string({
    default: null,
    importance: 'high',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Java's replacement syntax
    doc: 'Takes the place of what the regex matches; $1 or ${name} stand for its groups, \\$ for a dollar sign. Without it the text stays as it is.',
  }),
  'target.field': key.string({
    default: null,
    importance: 'medium',
    doc: 'Field for the text after replacement. Without it the text goes back where it came from.',
    check: (name) => (name === '' ? 'String must be non-empty' : undefined),
  }),
  all: key.boolean({
    default: true,
    importance: 'low',
    doc: 'Whether every match in the text is replaced, or only the first. Groups always come from the first.',
  }),
})

export const replaceWithRegex = forKeyAndValue((side) =>
  definePlugin({
    kind: 'transformation',
    name: `ReplaceWithRegex$${side}`,
    aliases: [
      `io.penstock.transforms.ReplaceWithRegex$${side}`,
      ...(side === 'Value' ? ['io.penstock.transforms.ReplaceWithRegex', 'ReplaceWithRegex'] : []),
    ],
    summary: `Searches a text of the ${side.toLowerCase()}, replaces what it finds and takes named groups out into fields.`,
    config,
    create: (options) => regexTransformation(options, side),
  }),
)
