import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { StreamInput } from './line-input.ts'

async function readUntil(input: StreamInput, length: number): Promise<string> {
  let text = ''
  const deadline = Date.now() + 5_000
  while (text.length < length && Date.now() < deadline) {
    text += (await input.read())?.toString() ?? ''
    await new Promise((resolve) => setImmediate(resolve))
  }
  return text
}

test('a stream gives what has arrived, and null while nothing has', async () => {
  const stream = new PassThrough()
  const input = new StreamInput(stream)
  expect(await input.read()).toBeNull()
  stream.write('one\ntw')
  expect(await readUntil(input, 6)).toBe('one\ntw')
  stream.end('o\n')
  expect(await readUntil(input, 2)).toBe('o\n')
  expect(await input.read()).toBeNull()
  await input.close()
  expect(stream.listenerCount('readable')).toBe(0)
})
