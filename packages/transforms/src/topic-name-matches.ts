import { configDef, definePlugin, key, LruCache } from '@penstock/core'
import { JavaRegex, patternProblem } from '@penstock/regex'

const config = configDef({
  pattern: key.string({
    importance: 'medium',
    doc: "Regular expression in Java syntax for the whole of the topic's name.",
    check: (pattern) => (pattern === '' ? 'String must be non-empty' : patternProblem(pattern)),
  }),
})

export const topicNameMatches = definePlugin({
  kind: 'predicate',
  name: 'TopicNameMatches',
  aliases: ['org.apache.kafka.connect.transforms.predicates.TopicNameMatches'],
  summary: 'True for records of topics whose name a regular expression matches.',
  config,
  create: ({ pattern }) => {
    const regex = new JavaRegex(pattern)
    const answers = new LruCache<string, boolean>(1000)
    return { test: (record) => answers.through(record.topic, () => regex.matches(record.topic)) }
  },
})
