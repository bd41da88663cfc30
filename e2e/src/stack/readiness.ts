import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { elasticsearchRequest } from './elasticsearch-request.ts'
import type { ServerName } from './server.ts'

/** Resolves when the server answers its own protocol; rejects at the deadline or as soon as `gone` says why not. */
export async function untilReady(
  name: ServerName,
  address: string,
  deadlineMs: number,
  gone: () => string | undefined = () => undefined,
): Promise<void> {
  const answers = name === 'kafka' ? kafkaAnswers : elasticsearchAnswers
  const startedAt = Date.now()
  while (!(await answers(address))) {
    const reason = gone()
    if (reason) throw new Error(`${name} ended while it started: ${reason}`)
    if (Date.now() - startedAt > deadlineMs) {
      throw new Error(`${name} at ${address} did not answer within ${deadlineMs} ms`)
    }
    await sleep(150)
  }
}

/** True where any of the bootstrap servers answers an ApiVersions request. */
async function kafkaAnswers(bootstrapServers: string): Promise<boolean> {
  const answers = await Promise.all(bootstrapServers.split(',').map(brokerAnswers))
  return answers.includes(true)
}

function brokerAnswers(hostAndPort: string): Promise<boolean> {
  const url = new URL(`tcp://${hostAndPort.trim()}`)
  const request = Buffer.alloc(14)
  request.writeInt32BE(10, 0) // length of what follows
  request.writeInt16BE(18, 4) // ApiVersions
  request.writeInt16BE(0, 6) // version
  request.writeInt32BE(1, 8) // correlation id
  request.writeInt16BE(-1, 12) // no client id
  return new Promise((resolve) => {
    const socket = connect({ host: url.hostname, port: Number(url.port), timeout: 2_000 })
    const end = (answered: boolean) => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', () => socket.write(request))
    socket.once('data', () => end(true))
    socket.once('close', () => end(false))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
  })
}

/** Also of OpenSearch. */
export async function elasticsearchAnswers(url: string): Promise<boolean> {
  try {
    const path = '_cluster/health?wait_for_status=yellow&timeout=1s'
    const response = await elasticsearchRequest(url, path, { timeoutMs: 3_000 })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}
