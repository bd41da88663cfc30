import { expect, test } from 'vitest'
import { readEventStream, type StreamEvent } from './event-stream.ts'

async function eventsOf(...chunks: (string | Uint8Array)[]) {
  const bytes = async function* () {
    for (const chunk of chunks) yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
  }
  const events: StreamEvent[] = []
  for await (const event of readEventStream(bytes())) events.push(event)
  return events
}

test('events have their names and data, comments are left out', async () => {
  expect(await eventsOf(': keep-alive\n\nevent: task\ndata: {"id":0}\n\ndata: a\ndata: b\n\n')).toEqual([
    { event: 'task', data: '{"id":0}' },
    { event: 'message', data: 'a\nb' },
  ])
})

test('an event may come in pieces, cut within a character or a line end', async () => {
  const bytes = new TextEncoder().encode('event: task\r\ndata: grün\r\n\r\nevent: config\r\ndata: x\r\n\r\n')
  const pieces = [...bytes].map((byte) => Uint8Array.of(byte))
  expect(await eventsOf(...pieces)).toEqual([
    { event: 'task', data: 'grün' },
    { event: 'config', data: 'x' },
  ])
})

test('an event that was cut off is not told', async () => {
  expect(await eventsOf('data: whole\n\ndata: ha')).toEqual([{ event: 'message', data: 'whole' }])
})
