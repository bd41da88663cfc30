import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Line, LineSplitter } from './line-splitter.ts'

function split(chunks: readonly Buffer[], maxLineBytes = 1_000_000): { lines: Line[]; left: string | undefined } {
  const splitter = new LineSplitter(maxLineBytes)
  const lines: Line[] = []
  for (const chunk of chunks) {
    splitter.push(chunk)
    for (let line = splitter.next(); line !== null; line = splitter.next()) lines.push(line)
  }
  return { lines, left: splitter.finish()?.text }
}

const textsOf = (text: string) => split([Buffer.from(text)]).lines.map((line) => line.text)

test('a line ends with a line feed, a carriage return, or both', () => {
  expect(textsOf('a\nb\r\nc\rd\n\n\r\re')).toEqual(['a', 'b', 'c', 'd', '', '', ''])
})

test('a line without an end is held back', () => {
  expect(split([Buffer.from('a\nb')])).toEqual({ lines: [{ text: 'a', bytes: 2 }], left: 'b' })
})

test('a carriage return that came last waits for the line feed that may belong to it', () => {
  const [a, b] = [Buffer.from('a\r'), Buffer.from('\nb\r')]
  expect(split([a])).toEqual({ lines: [], left: 'a' })
  expect(split([a, b])).toEqual({ lines: [{ text: 'a', bytes: 3 }], left: 'b' })
  expect(split([a, Buffer.from('b\n')]).lines).toEqual([
    { text: 'a', bytes: 2 },
    { text: 'b', bytes: 2 },
  ])
})

test('a character cut in two by the end of a chunk is whole in its line', () => {
  const bytes = Buffer.from('schön\n')
  for (let cut = 1; cut < bytes.length; cut++) {
    expect(split([bytes.subarray(0, cut), bytes.subarray(cut)]).lines).toEqual([{ text: 'schön', bytes: 7 }])
  }
})

test('a line longer than allowed is an error', () => {
  const chunks = Array.from({ length: 5 }, () => Buffer.alloc(30, 'x'))
  expect(() => split(chunks, 100)).toThrow('a line is longer than 100 bytes')
})

test('lines are the same however the bytes are cut, and their lengths add up', () => {
  const character = fc.constantFrom('\n', '\r', '\r\n', 'a', 'ß', '🙂', '\ufeff', '\0')
  fc.assert(
    fc.property(fc.array(character, { maxLength: 60 }), fc.array(fc.nat({ max: 40 })), (characters, cuts) => {
      const text = characters.join('')
      const bytes = Buffer.from(text)
      const chunks: Buffer[] = []
      let at = 0
      for (const cut of cuts) {
        if (at < bytes.length && cut > 0) chunks.push(bytes.subarray(at, at + cut))
        at += cut
      }
      if (at < bytes.length) chunks.push(bytes.subarray(at))
      const { lines, left } = split(chunks)
      // What has no end yet, or one that may go on.
      const complete = text.replace(/(?:[^\r\n]*\r?)$/, '')
      const expected = complete.split(/\r\n|\r|\n/).slice(0, -1)
      expect(lines.map((line) => line.text)).toEqual(expected)
      expect(lines.reduce((sum, line) => sum + line.bytes, 0)).toBe(Buffer.byteLength(complete))
      expect(left ?? '').toBe(text.slice(complete.length).replace(/\r$/, ''))
    }),
  )
})
