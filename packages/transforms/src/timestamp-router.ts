import { configDef, DataError, definePlugin, key, messageOf } from '@penstock/core'
import { compileDateFormat } from './date-format.ts'

// biome-ignore lint/suspicious/noTemplateCurlyInString: what users write
const topicMark = '${topic}'
// biome-ignore lint/suspicious/noTemplateCurlyInString: what users write
const timestampMark = '${timestamp}'

const config = configDef({
  'topic.format': key.string({
    default: `${topicMark}-${timestampMark}`,
    importance: 'high',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what users write
    doc: 'The new topic; ${topic} and ${timestamp} stand for the old one and the formatted timestamp.',
  }),
  'timestamp.format': key.string({
    default: 'yyyyMMdd',
    importance: 'high',
    doc: "Pattern of Java's SimpleDateFormat; times are in UTC.",
    check: (pattern) => {
      try {
        compileDateFormat(pattern)
        return undefined
      } catch (error) {
        return messageOf(error)
      }
    },
  }),
})

export const timestampRouter = definePlugin({
  kind: 'transformation',
  name: 'TimestampRouter',
  aliases: ['org.apache.kafka.connect.transforms.TimestampRouter'],
  summary: "Adds the record's timestamp to the topic.",
  config,
  create: (options) => {
    const format = compileDateFormat(options['timestamp.format'])
    const topicFormat = options['topic.format']
    return {
      apply(record) {
        if (record.timestamp === null) {
          throw new DataError('timestamp_router.no_timestamp', `Timestamp missing on record: ${record}`)
        }
        const timestamp = format(record.timestamp)
        return record.with({
          topic: topicFormat.replaceAll(topicMark, () => record.topic).replaceAll(timestampMark, () => timestamp),
        })
      },
    }
  },
})
