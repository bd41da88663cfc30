import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseConnectorFile, readConnectorFiles } from './connector-files.ts'

const config = { name: 'lines', 'connector.class': 'FileStreamSource', 'tasks.max': '1' }
const parse = (text: string | Buffer, file = 'c.any') => parseConnectorFile(Buffer.from(text), file)

test.each([
  ['properties', '# a comment\nname=lines\nconnector.class = FileStreamSource\ntasks.max=1\n'],
  ['a JSON object of config', '\n {"name":"lines","connector.class":"FileStreamSource","tasks.max":1}'],
  ['a JSON object after a byte order mark', `\uFEFF${JSON.stringify(config)}`],
  ['a request', '{"name":"lines","config":{"connector.class":"FileStreamSource","tasks.max":"1"}}'],
  ['a request whose config has the name', JSON.stringify({ config })],
])('a connector is read from %s', (_what, text) => {
  expect(parse(text)).toEqual({ name: 'lines', config, initialState: null, origin: 'c.any' })
})

test('a request may say the initial state', () => {
  expect(parse(JSON.stringify({ name: 'lines', config, initial_state: 'paused' })).initialState).toBe('PAUSED')
})

test.each([
  ['{"name":"lines",}', 'it is no JSON'],
  ['{"name":"lines","tasks":[1]}', 'the value of "tasks" must be a string, not an object or array'],
  ['{"name":"lines","config":{},"state":"PAUSED"}', 'unknown field "state", known are name, config, initial_state'],
  ['{"name":"lines","config":{},"initial_state":"ASLEEP"}', '"initial_state" must be one of RUNNING, PAUSED, STOPPED'],
  ['{"name":"a","config":{"name":"b"}}', "(b) doesn't match"],
  ['connector.class=FileStreamSource\n', 'it has no "name", which every connector needs'],
  ['', 'it has no "name", which every connector needs'],
  ['name=\\u12', 'line 1: \\u must be followed by four hex digits'],
  [Buffer.from([0x6e, 0xff]), 'it is no UTF-8'],
])('%j is refused with the name of the file and the reason', (text, reason) => {
  expect(() => parse(text, '/etc/connect/a.json')).toThrow(
    expect.objectContaining({
      code: 'standalone.connector_file',
      message: expect.stringContaining("the connector file /etc/connect/a.json can't be used: "),
    }),
  )
  expect(() => parse(text)).toThrow(reason)
})

test('files are read in their order; a missing one and a name given twice are refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'connector-files-'))
  try {
    const [a, b, again] = ['a.properties', 'b.json', 'again.json'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    await writeFile(a, 'name=a\n')
    await writeFile(b, '{"name":"b"}')
    await writeFile(again, '{"name":"a","config":{}}')
    expect((await readConnectorFiles([b, a])).map(({ name }) => name)).toEqual(['b', 'a'])
    await expect(readConnectorFiles([a, b, again])).rejects.toThrow(
      `${again} can't be used: connector a is in ${a} already`,
    )
    await expect(readConnectorFiles([join(folder, 'none')])).rejects.toThrow(
      /none can't be used: there is no such file/,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('any bytes are a connector or refused by name, never anything else', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array(), fc.json().map(Buffer.from)), (bytes) => {
      try {
        expect(parse(Buffer.from(bytes)).name).not.toBe('')
      } catch (error) {
        expect((error as { code?: string }).code).toBe('standalone.connector_file')
      }
    }),
  )
})
