import { expect, test } from 'vitest'
import { verify } from '../group/session-key.ts'
import type { PeerAnswer, PeerRequest } from './peer-client.ts'
import { PeerReports } from './peer-reports.ts'

const key = { key: Buffer.from('0123456789abcdef0123456789abcdef'), algorithm: 'HmacSHA256', createdAt: 0 }
const ok = (text: string): PeerAnswer => ({ status: 200, text, location: null })

function start(send: (url: string, request: PeerRequest) => Promise<PeerAnswer>) {
  const clock = { time: 0, now: () => clock.time }
  const reports = new PeerReports({
    peers: { send },
    signatureAlgorithm: 'HmacSHA256',
    sessionKey: () => key,
    timeoutMs: 100,
    clock,
  })
  return { reports, clock }
}

/** A worker that never answers. */
const silence = (_url: string, { signal }: PeerRequest) =>
  new Promise<PeerAnswer>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))

test('each worker is asked with a signed question', async () => {
  const seen: { url: string; request: PeerRequest }[] = []
  const { reports } = start(async (url, request) => {
    seen.push({ url, request })
    return ok(JSON.stringify({ workerId: url }))
  })
  const answers = await reports.ask(['http://a/', 'http://b/base/'], { facts: 'all' })
  expect([...answers.values()]).toEqual([
    { workerId: 'http://a/workers/self' },
    { workerId: 'http://b/base/workers/self' },
  ])
  const { body, headers } = seen[0]!.request
  const signature = Buffer.from(headers['x-connect-authorization'] ?? '', 'base64')
  expect(verify(key.key, 'HmacSHA256', body!, signature)).toBe(true)
  expect(String(body)).toBe('{"facts":"all"}')
})

test('one that is silent or refuses does not keep the others from being told', async () => {
  const { reports } = start((url, request) => {
    if (url.includes('silent')) return silence(url, request)
    if (url.includes('jvm')) return Promise.resolve({ status: 404, text: '{}', location: null })
    if (url.includes('gone')) {
      return Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))
    }
    return Promise.resolve(ok('{"workerId":"a"}'))
  })
  const answers = await reports.ask(['http://silent/', 'http://a/', 'http://jvm/', 'http://gone/'], { facts: 'none' })
  expect([...answers].map(([url, answer]) => [url, answer instanceof Error ? answer.message : answer])).toEqual([
    ['http://silent/', 'it did not answer within 100 ms'],
    ['http://a/', { workerId: 'a' }],
    ['http://jvm/', expect.stringContaining('a worker of another kind')],
    ['http://gone/', "it can't be asked: connect ECONNREFUSED"],
  ])
})

test('no more than 32 are asked at a time, and all of them', async () => {
  let underWay = 0
  let most = 0
  const { reports } = start(async () => {
    most = Math.max(most, ++underWay)
    await new Promise(setImmediate)
    underWay--
    return ok('{}')
  })
  const urls = Array.from({ length: 100 }, (_, index) => `http://w${index}/`)
  expect((await reports.ask(urls, { facts: 'all' })).size).toBe(100)
  expect(most).toBe(32)
})
