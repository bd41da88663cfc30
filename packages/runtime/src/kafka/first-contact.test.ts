import type { Logger } from '@penstock/core'
import { expect, test } from 'vitest'
import { untilKafkaAnswers } from './first-contact.ts'

const client = { brokers: [{ host: 'kafka', port: 9092 }], clientId: 'me', connectTimeoutMs: 1, requestTimeoutMs: 1 }
const refused = 'SASL authentication failed.'

/** Answers by the given outcomes in turn, the last one for ever. */
function rig(outcomes: readonly (string | Error)[]) {
  const warnings: string[] = []
  const ignore = () => {}
  const logger: Logger = { error: ignore, warn: (text) => warnings.push(text), info: ignore, debug: ignore }
  let asked = 0
  const ask = async (): Promise<string> => {
    const outcome = outcomes[Math.min(asked++, outcomes.length - 1)] as string | Error
    if (outcome instanceof Error) throw outcome
    return outcome
  }
  return { warnings, options: { logger, retryBackoffMs: 1, retryBackoffMaxMs: 2, ask }, asked: () => asked }
}

test('Kafka that answers is asked once', async () => {
  const { options, asked, warnings } = rig(['cluster-1'])
  expect(await untilKafkaAnswers(client, { ...options, timeoutMs: 0 })).toBe('cluster-1')
  expect(asked()).toBe(1)
  expect(warnings).toEqual([])
})

test('each reason that holds a worker up is logged once, until it is mended', async () => {
  const away = new Error('connect ECONNREFUSED 127.0.0.1:9092')
  const { options, warnings } = rig([away, away, new Error(refused), new Error(refused), 'cluster-1'])
  expect(await untilKafkaAnswers(client, { ...options, timeoutMs: 60_000 })).toBe('cluster-1')
  expect(warnings).toEqual([
    expect.stringMatching(/^Kafka at kafka:9092 can't be used yet, trying again: nobody listens there/),
    expect.stringMatching(/check user and password in sasl\.jaas\.config/),
  ])
})

test('when the time is up the last reason is told', async () => {
  const { options, asked } = rig([new Error(refused)])
  await expect(untilKafkaAnswers(client, { ...options, timeoutMs: 20 })).rejects.toMatchObject({
    code: 'kafka.unreachable',
    message: expect.stringMatching(/^Kafka at kafka:9092 can't be used: the broker refused the login/),
  })
  expect(asked()).toBeGreaterThan(2)
})
