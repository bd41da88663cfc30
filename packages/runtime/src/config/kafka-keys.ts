import { key } from '@penstock/core'

/** Our own keys about Kafka itself. */
export const kafkaKeys = {
  'kafka.start.timeout.ms': key.int({
    default: 60000,
    min: 0,
    importance: 'low',
    doc: 'How long a starting worker keeps trying to reach Kafka and to log in there before it gives up and exits.',
  }),
}
