import { SourceRecord, type Transformed } from '@penstock/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ChainWalk, type Walked } from './chain-walk.ts'
import { TransformationChain } from './transformation-chain.ts'

type Behaviour = 'pass' | 'later' | 'drop' | 'split' | 'split later' | 'empty' | 'fail once' | 'fail later'

const behaviour = fc.constantFrom<Behaviour>(
  'pass',
  'pass',
  'later',
  'drop',
  'split',
  'split later',
  'empty',
  'fail once',
  'fail later',
)

const record = (text: string): SourceRecord =>
  new SourceRecord({ sourcePartition: {}, sourceOffset: {}, topic: 't', value: { schema: null, value: text } })
const textOf = (one: SourceRecord): string => String(one.value.value)
const renamed = (one: SourceRecord, text: string): SourceRecord => one.with({ value: { schema: null, value: text } })

/** What one link makes of a record, without its waits and failures. */
function outcome(what: Behaviour, link: number, text: string): string[] {
  switch (what) {
    case 'drop':
    case 'empty':
      return []
    case 'split':
    case 'split later':
      return [`${text}.${link}a`, `${text}.${link}b`]
    default:
      return [`${text}.${link}`]
  }
}

test('whatever links do, each record becomes what it should, in order, and passes every link in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(behaviour, { minLength: 1, maxLength: 5 }), { maxLength: 4 }),
      fc.nat({ max: 8 }),
      fc.infiniteStream(fc.nat({ max: 4 })),
      async (links, count, waits) => {
        const arrivals: string[][] = links.map(() => [])
        const failed = new Set<string>()
        const behaviourOf = (link: number, text: string): Behaviour => {
          const choices = links[link] ?? ['pass']
          return choices[[...text].reduce((sum, char) => sum + char.charCodeAt(0), 0) % choices.length] ?? 'pass'
        }
        const apply = (link: number, one: SourceRecord): Walked<SourceRecord> => {
          const text = textOf(one)
          const what = behaviourOf(link, text)
          const isRetry = failed.has(`${link} ${text}`)
          if (!isRetry) arrivals[link]?.push(text)
          const made = outcome(what, link, text).map((next) => renamed(one, next))
          const result: Transformed<SourceRecord> =
            what === 'drop' ? null : what.startsWith('split') || what === 'empty' ? made : (made[0] ?? null)
          if (what.startsWith('fail') && !isRetry) {
            failed.add(`${link} ${text}`)
            if (what === 'fail once') throw new Error(text)
            return turns(Number(waits.next().value)).then(() => Promise.reject(new Error(text)))
          }
          return what.endsWith('later') ? turns(Number(waits.next().value)).then(() => result) : result
        }
        const chain = new TransformationChain(
          links.map((_, link) => ({
            alias: String(link),
            className: 'Link',
            transformation: { apply: (one) => apply(link, one as never) as never },
            predicate: null,
            negate: false,
          })),
        )
        const walk = new ChainWalk<SourceRecord>(chain)
        const names = Array.from({ length: count }, (_, index) => `r${index}`)
        const walked = await Promise.all(
          names.map((name) => walk.from(0, record(name), async (_one, attempt) => attempt())),
        )
        walk.endBatch()
        let expected: string[][] = names.map((name) => [name])
        for (const [link] of links.entries()) {
          expect(arrivals[link]).toEqual(expected.flat())
          expected = expected.map((texts) => texts.flatMap((text) => outcome(behaviourOf(link, text), link, text)))
        }
        const made = walked.map((one) => (one === null ? [] : one instanceof SourceRecord ? [one] : one).map(textOf))
        expect(made).toEqual(expected)
      },
    ),
  )
})

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}
