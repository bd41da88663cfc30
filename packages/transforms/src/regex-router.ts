import { ConfigError, configDef, definePlugin, key, LruCache, messageOf } from '@penstock/core'
import { JavaRegex, parseReplacement, patternProblem, type Replacement, replace } from '@penstock/regex'

const config = configDef({
  regex: key.string({
    importance: 'high',
    doc: 'Regular expression in Java syntax. Only topics that it matches as a whole are renamed.',
    check: patternProblem,
  }),
  replacement: key.string({
    importance: 'high',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Java's replacement syntax
    doc: 'The new topic; $1 or ${name} stand for groups of the regex.',
  }),
})

export const regexRouter = definePlugin({
  kind: 'transformation',
  name: 'RegexRouter',
  aliases: ['org.apache.kafka.connect.transforms.RegexRouter'],
  summary: 'Renames the topic by a regular expression.',
  config,
  create: (options) => {
    const regex = new JavaRegex(options.regex)
    const replacement = replacementOf(options.replacement, regex)
    // Records come from few topics.
    const topics = new LruCache<string, string>(1000)
    const route = (topic: string): string => (regex.matches(topic) ? replace(topic, regex, replacement, false) : topic)
    return {
      apply(record) {
        const topic = topics.through(record.topic, () => route(record.topic))
        return topic === record.topic ? record : record.with({ topic })
      },
    }
  },
})

function replacementOf(text: string, regex: JavaRegex): Replacement {
  try {
    return parseReplacement(text, regex)
  } catch (error) {
    throw new ConfigError([
      { key: 'replacement', message: `Invalid value ${text} for configuration replacement: ${messageOf(error)}` },
    ])
  }
}
