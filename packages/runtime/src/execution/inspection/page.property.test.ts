import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type PageOrder, pageToken, parsePageToken, type Scanned, takePage } from './page.ts'

const order = fc.constantFrom<PageOrder>('newest', 'oldest')
/** By partition, the times of the candidates at offsets 0, 2, 4 …; none where the record does not belong to the list. */
const topic = fc.array(fc.array(fc.option(fc.nat(20)), { maxLength: 25 }), { minLength: 1, maxLength: 4 })

test('pages together hold every candidate once, each partition’s in its order', () => {
  fc.assert(
    fc.property(
      topic,
      order,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 30 }),
      (logs, by, limit, window) => {
        const ends = logs.map((log) => log.length * 2)
        let positions = new Map(logs.map((_, partition) => [partition, by === 'newest' ? (ends[partition] ?? 0) : 0]))
        const seen: string[] = []
        const isOver = (): boolean =>
          [...positions].every(([partition, at]) => (by === 'newest' ? at <= 0 : at >= (ends[partition] ?? 0)))
        for (let page = 0; !isOver(); page++) {
          expect(page).toBeLessThan(500)
          const scanned = logs.map((log, partition): Scanned<string> => {
            const at = positions.get(partition) ?? 0
            const from = by === 'newest' ? Math.max(0, at - window) : at
            const to = by === 'newest' ? at : Math.min(log.length * 2, at + window)
            const candidates = log.flatMap((time, index) => {
              const offset = index * 2
              return time === null || offset < from || offset >= to
                ? []
                : [{ offset, time, item: `${partition}@${offset}` }]
            })
            return { partition, candidates, from, to }
          })
          const { items, next } = takePage(scanned, limit, by)
          expect(items.length).toBeLessThanOrEqual(limit)
          seen.push(...items)
          positions = new Map(parsePageToken(pageToken(by, next))?.positions)
        }
        for (const [partition, log] of logs.entries()) {
          const all = log.flatMap((time, index) => (time === null ? [] : [`${partition}@${index * 2}`]))
          const expected = by === 'newest' ? all.reverse() : all
          expect(seen.filter((item) => item.startsWith(`${partition}@`))).toEqual(expected)
        }
      },
    ),
  )
})

test('a page mixes partitions by time', () => {
  const scanned = [
    {
      partition: 0,
      from: 0,
      to: 2,
      candidates: [
        { offset: 0, time: 1, item: 'a' },
        { offset: 1, time: 4, item: 'd' },
      ],
    },
    {
      partition: 1,
      from: 0,
      to: 2,
      candidates: [
        { offset: 0, time: 2, item: 'b' },
        { offset: 1, time: 3, item: 'c' },
      ],
    },
  ]
  expect(takePage(scanned, 3, 'newest')).toEqual({
    items: ['d', 'c', 'b'],
    next: new Map([
      [0, 1],
      [1, 0],
    ]),
  })
  expect(takePage(scanned, 3, 'oldest')).toEqual({
    items: ['a', 'b', 'c'],
    next: new Map([
      [0, 1],
      [1, 2],
    ]),
  })
})

test('a token that is none is told from one', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const token = parsePageToken(text)
      if (token !== null) expect(pageToken(token.order, token.positions).startsWith(`${token.order}:`)).toBe(true)
    }),
  )
  expect([parsePageToken('newest:'), parsePageToken('newest:0-x'), parsePageToken('oldest:0-1,')]).toEqual([
    null,
    null,
    null,
  ])
})
