/** What the machine can take at most: bulk requests that are ready before the clock starts, sent as fast as they are answered. */
import { Agent, request } from 'node:http'
import { stack } from '../harness/index.ts'
import type { BenchIndex } from './bench-index.ts'
import { batchSize, inFlight, partitions } from './cases.ts'
import { elasticsearchProcess } from './listening-process.ts'
import { type Measurement, measure } from './measure.ts'

/** The bodies that Penstock would send for a topic with these values, ids included. */
export function bulkBodies(index: string, topic: string, values: Iterable<string>): Buffer[] {
  const bodies: Buffer[] = []
  let lines: string[] = []
  let number = 0
  for (const value of values) {
    const id = `${topic}+${number % partitions}+${Math.floor(number / partitions)}`
    lines.push(`{"index":{"_index":"${index}","_id":"${id}"}}\n${value}\n`)
    if (++number % batchSize > 0) continue
    bodies.push(Buffer.from(lines.join('')))
    lines = []
  }
  if (lines.length > 0) bodies.push(Buffer.from(lines.join('')))
  return bodies
}

export async function measureCeiling(
  index: BenchIndex,
  bodies: readonly Buffer[],
  records: number,
): Promise<Measurement> {
  return await measure(index, records, { pids: [process.pid], server: elasticsearchProcess() }, sendAll(bodies))
}

async function sendAll(bodies: readonly Buffer[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  const waiting = bodies[Symbol.iterator]()
  const sender = async () => {
    for (const body of waiting) await send(agent, body)
  }
  try {
    await Promise.all(Array.from({ length: inFlight }, sender))
  } finally {
    agent.destroy()
  }
}

async function send(agent: Agent, body: Buffer): Promise<void> {
  const url = new URL('/_bulk?filter_path=errors,items.*.error,items.*.status', stack.elasticsearch)
  const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length }
  const answer = await new Promise<string>((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks).toString()))
      response.on('error', reject)
    })
    sent.on('error', reject)
    sent.end(body)
  })
  if (!answer.startsWith('{"errors":false')) throw new Error(`a bulk request failed: ${answer.slice(0, 300)}`)
}
