import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FileOffsetStore } from './file-offset-store.ts'
import { parseOffsetFile } from './offset-file.ts'

async function inFolder(check: (folder: string, file: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'offset-file-'))
  try {
    await check(folder, join(folder, 'offsets.json'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

const entry = (filename: string, position: number) => ({ partition: { filename }, offset: { position } })

test('the file is JSON with one position a line, and nothing else is left in its folder', () =>
  inFolder(async (folder, file) => {
    const store = await FileOffsetStore.open(file)
    expect(await readdir(folder)).toEqual([])
    await store.write('lines', [entry('/var/log/app.log', 4711), entry('/var/log/b.log', 1)])
    await store.write('lines', [{ partition: { filename: '/var/log/b.log' }, offset: null }])
    await store.write('other "one"', [{ partition: {}, offset: { id: 2n ** 60n } }])
    expect(await readFile(file, 'utf8')).toBe(`{
  "format": "penstock-source-offsets",
  "version": 1,
  "offsets": [
    {"connector":"lines","partition":{"filename":"/var/log/app.log"},"offset":{"position":4711}},
    {"connector":"other \\"one\\"","partition":{},"offset":{"id":1152921504606846976}}
  ]
}
`)
    expect(await readdir(folder)).toEqual(['offsets.json'])
  }))

test('whatever is left of a write that was cut off does not matter', () =>
  inFolder(async (folder, file) => {
    const store = await FileOffsetStore.open(file)
    await store.write('a', [entry('x', 1)])
    await writeFile(`${file}.new`, '{"format": "penst')
    const next = await FileOffsetStore.open(file)
    expect(await next.positions('a')).toEqual([entry('x', 1)])
    await next.write('a', [entry('x', 2)])
    expect(await readdir(folder)).toEqual(['offsets.json'])
  }))

test('a link is followed: the file that it leads to is written', () =>
  inFolder(async (folder, file) => {
    await mkdir(join(folder, 'data'))
    await (await FileOffsetStore.open(join(folder, 'data/real.json'))).write('a', [entry('x', 1)])
    await symlink('data/real.json', file)
    await (await FileOffsetStore.open(file)).write('a', [entry('x', 2)])
    expect(await readFile(join(folder, 'data/real.json'), 'utf8')).toContain('"position":2')
    expect((await readdir(folder)).sort()).toEqual(['data', 'offsets.json'])
  }))

test('a write that fails says so, is not read, and the next one works again', () =>
  inFolder(async (_folder, file) => {
    const store = await FileOffsetStore.open(file)
    await store.write('a', [entry('x', 1)])
    await mkdir(`${file}.new`)
    await expect(store.write('a', [entry('x', 2)])).rejects.toMatchObject({
      code: 'offsets.unwritable',
      message: expect.stringContaining(`offset.storage.file.filename: ${file} can't be written`),
    })
    expect(await store.positions('a')).toEqual([entry('x', 1)])
    await rm(`${file}.new`, { recursive: true })
    await store.write('a', [entry('x', 3)])
    expect(await (await FileOffsetStore.open(file)).positions('a')).toEqual([entry('x', 3)])
  }))

test('many writes at once are few writes of the file', () =>
  inFolder(async (_folder, file) => {
    const store = await FileOffsetStore.open(file)
    let resolved = 0
    const writes = Array.from({ length: 100 }, (_, number) =>
      store.write('a', [entry(String(number), number)]).then(() => resolved++),
    )
    await writes[0]
    expect(resolved).toBeGreaterThan(90) // all of them were one write
    await Promise.all(writes)
    await store.close()
    expect(await (await FileOffsetStore.open(file)).positions('a')).toHaveLength(100)
  }))

test('an empty file holds no positions', () =>
  inFolder(async (_folder, file) => {
    await writeFile(file, '')
    expect(await (await FileOffsetStore.open(file)).positions('a')).toEqual([])
  }))

test('a folder that is not there is a problem of the configuration', async () => {
  await expect(FileOffsetStore.open('/nowhere/at/all/offsets')).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining('the folder of /nowhere/at/all/offsets is not there'),
  })
  await expect(FileOffsetStore.open(tmpdir())).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining(`${tmpdir()} can't be read`),
  })
})

test('a file of Kafka Connect on the JVM is refused with a way out', () => {
  const bytes = Buffer.from('aced0005737200116a6176612e7574696c2e486173684d6170', 'hex')
  expect(() => parseOffsetFile(bytes, '/tmp/connect.offsets')).toThrow(
    /\/tmp\/connect\.offsets was written by Kafka Connect on the JVM.*Name another file/,
  )
})

test.each([
  ['text', 'no json', /Unexpected token|JSON/],
  ['bytes that are no text', Buffer.from([0x7b, 0xff]), /not valid/],
  ['other JSON', '[]', /it is no object/],
  ['an object of something else', '{"format":"x"}', /"format" is not "penstock-source-offsets"/],
  ['a later version', '{"format":"penstock-source-offsets","version":2}', /"version" is 2, known is 1/],
  ['no positions', '{"format":"penstock-source-offsets","version":1}', /"offsets" is no array/],
  [
    'a position without connector',
    '{"format":"penstock-source-offsets","version":1,"offsets":[{}]}',
    /"connector" of element 0 is no string/,
  ],
  [
    'a position that is not flat',
    '{"format":"penstock-source-offsets","version":1,"offsets":[{"connector":"a","partition":{"a":[]},"offset":{}}]}',
    /"a" in "partition" of element 0 is an object or array/,
  ],
  [
    'a position of null',
    '{"format":"penstock-source-offsets","version":1,"offsets":[{"connector":"a","partition":{},"offset":null}]}',
    /"offset" of element 0 is no object/,
  ],
])('a file with %s is refused as damaged', (_what, content, reason) => {
  const parse = () => parseOffsetFile(Buffer.from(content), '/data/offsets')
  expect(parse).toThrow(/offset\.storage\.file\.filename: \/data\/offsets is damaged.*move it away/)
  expect(parse).toThrow(reason)
})

test('a file that was cut off anywhere is refused, not taken for a shorter one', () =>
  inFolder(async (_folder, file) => {
    const store = await FileOffsetStore.open(file)
    await store.write('a', [entry('x', 1), entry('y', 22)])
    const bytes = await readFile(file)
    const lastThatMatters = bytes.toString().trimEnd().length - 1
    fc.assert(
      fc.property(fc.integer({ min: 1, max: lastThatMatters }), (length) => {
        expect(() => parseOffsetFile(bytes.subarray(0, length), file)).toThrow('is damaged')
      }),
    )
  }))

test('any bytes are refused or read, never anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      try {
        parseOffsetFile(Buffer.from(bytes), 'f')
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(/^offsets\.(damaged|java)_file$/)
      }
    }),
  )
})
