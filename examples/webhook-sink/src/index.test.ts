import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import { test } from 'node:test'
import { isRetriable, type SinkPlugin } from '@penstock/core'
import { fakeSinkTaskContext, type SinkFixture, sinkRecord, sinkSuite } from '@penstock/core/testing'
import webhookSink from './index.ts'

const plugin = webhookSink as SinkPlugin

/** Answers every request with `status`, and remembers what came. */
async function receiver(status: number): Promise<{ url: string; received: Map<string, string>; server: Server }> {
  const received = new Map<string, string>()
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.set(String(request.headers['idempotency-key']), Buffer.concat(chunks).toString())
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}/`, received, server }
}

async function setUp(): Promise<SinkFixture> {
  const { url, received, server } = await receiver(200)
  return {
    raw: { url },
    records: Array.from({ length: 4 }, (_, i) => sinkRecord({ partition: i % 2, offset: BigInt(i), value: { n: i } })),
    holds: ({ topic, origin }) => received.has(`${topic}+${origin.partition}+${origin.offset}`),
    close: () => void server.close(),
  }
}

// What every sink must do: writing before committing, taking records again, leaving them unchanged.
for (const { name, check } of sinkSuite(plugin, setUp)) test(name, () => check())

async function putTo(status: number): Promise<ReturnType<typeof fakeSinkTaskContext>> {
  const { url, server } = await receiver(status)
  const context = fakeSinkTaskContext()
  context.tolerance = 'all'
  try {
    await plugin.createTask(plugin.config.parse({ url }), context).put([sinkRecord({ value: { n: 1 } })])
  } finally {
    server.close()
  }
  return context
}

test('a record that the receiver refuses is reported', async () => {
  const { reported } = await putTo(400)
  assert.equal(reported.length, 1)
})

test('a busy receiver is asked again, one that denies access fails the task', async () => {
  await assert.rejects(putTo(503), (error) => isRetriable(error))
  await assert.rejects(putTo(403), (error) => !isRetriable(error))
})
