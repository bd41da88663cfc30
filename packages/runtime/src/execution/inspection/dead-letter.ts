/** Records of a dead letter queue, and the records that they were (KIP-298). Written in `dead-letters.ts`. */
import type { ConsumedMessage } from '../../kafka/consumer.ts'
import type { DeadLetterFilter } from './job.ts'

export const contextPrefix = '__connect.errors.'

/** What the context headers of a dead letter say. */
export interface DeadLetterContext {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly connector: string
  readonly task: string | null
  readonly stage: string | null
  readonly executingClass: string | null
  readonly exceptionClass: string | null
  readonly exceptionMessage: string | null
}

const names = [
  'topic',
  'partition',
  'offset',
  'connector.name',
  'task.id',
  'stage',
  'class.name',
  'exception.class.name',
  'exception.message',
  'exception.stacktrace',
] as const

type MessageHeaders = NonNullable<ConsumedMessage['headers']>

/**
 * Null for a record without context headers. A record that came from another dead letter queue carries those of that one
 * first: the last of each counts.
 */
export function contextOf({ headers = [] }: Pick<ConsumedMessage, 'headers'>): DeadLetterContext | null {
  const found = new Map<string, string>()
  for (const header of headers) {
    for (const [name, value] of Object.entries(header)) {
      if (name.startsWith(contextPrefix)) found.set(name.slice(contextPrefix.length), textOf(value))
    }
  }
  const partition = toNumber(found.get('partition'))
  const offset = toNumber(found.get('offset'))
  const topic = found.get('topic')
  if (topic === undefined || partition === null || offset === null) return null
  return {
    topic,
    partition,
    offset,
    connector: found.get('connector.name') ?? '',
    task: found.get('task.id') ?? null,
    stage: found.get('stage') ?? null,
    executingClass: found.get('class.name') ?? null,
    exceptionClass: found.get('exception.class.name') ?? null,
    exceptionMessage: found.get('exception.message') ?? null,
  }
}

/** Whether a dead letter is the connector's and one of those asked for. */
export function matches(context: DeadLetterContext, connector: string, { reason, topic }: DeadLetterFilter): boolean {
  if (context.connector !== connector || (topic !== null && context.topic !== topic)) return false
  if (reason === null) return true
  const sought = reason.toLowerCase()
  return [context.stage, context.exceptionClass, context.exceptionMessage].some(
    (text) => text?.toLowerCase().includes(sought) === true,
  )
}

/** The record as it was when it was first read: its own place, time, key, value and headers. */
export function originalOf(letter: ConsumedMessage, { topic, partition, offset }: DeadLetterContext): ConsumedMessage {
  return { ...letter, topic, partition, offset, headers: withoutContext(letter.headers ?? []) }
}

/** Takes away the last header of each name: earlier ones were the record's own. */
function withoutContext(headers: MessageHeaders): MessageHeaders {
  const last = new Set<MessageHeaders[number]>()
  for (const name of names) {
    const header = headers.findLast((candidate) => Object.hasOwn(candidate, contextPrefix + name))
    if (header !== undefined) last.add(header)
  }
  return headers.filter((header) => !last.has(header))
}

function textOf(value: unknown): string {
  return value === null || value === undefined ? '' : Buffer.from(value as Buffer).toString()
}

function toNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : null
}
