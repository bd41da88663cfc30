import { Admin } from '@platformatic/kafka'
import { stack } from './stack-env.ts'

/** Deletes those of the topics that are there. Leftovers only take space: where Kafka is gone, they stay. */
export async function deleteTopics(names: readonly string[]): Promise<void> {
  const admin = new Admin({ clientId: 'e2e', bootstrapBrokers: stack.kafka.split(','), connectTimeout: 10_000 })
  try {
    const known: string[] = await admin.listTopics().catch(() => [])
    const topics = names.filter((name) => known.includes(name))
    if (topics.length > 0) await admin.deleteTopics({ topics }).catch(() => {})
  } finally {
    await admin.close().catch(() => {})
  }
}
