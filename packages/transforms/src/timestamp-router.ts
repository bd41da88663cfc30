import { configDef, DataError, definePlugin, key, messageOf } from '@penstock/core'
import { compileDateFormat } from './date-format.ts'

const config = configDef({
  'topic.format': key.string({
    default: '${topic}-${timestamp}',
    importance: 'high',
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
        // The timestamp is put in last: what the format gives is not looked through for ${topic}.
        return record.with({
          topic: topicFormat.replaceAll('${topic}', () => record.topic).replaceAll('${timestamp}', () => timestamp),
        })
      },
    }
  },
})
