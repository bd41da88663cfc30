/** Each converter reads and writes what Kafka Connect's reads and writes, byte for byte. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findJvmConnect } from '../harness/index.ts'
import { Comparison } from './comparison.ts'
import { askJava, type Question } from './connect-classes.ts'
import { answer } from './our-plugins.ts'
import { outcomeDifference } from './outcome-difference.ts'
import { anyEnvelope, anyOrderedEnvelope, anyPlainJson, anyText } from './random-records.ts'

const jvm = await findJvmConnect()
/** Other values are tried with another number. */
const seed = Number(process.env.PENSTOCK_SEED ?? 5)
const PER_CASE = 300

type Case = readonly [
  label: string,
  className: string,
  config: Readonly<Record<string, string>>,
  does: 'toConnect' | 'fromConnect' | 'toHeader' | 'fromHeader',
  input: fc.Arbitrary<string | null>,
]

const base64 = (text: fc.Arbitrary<string>) => text.map((value) => Buffer.from(value).toString('base64'))
const anyBytes = fc.uint8Array({ maxLength: 10 }).map((bytes) => Buffer.from(bytes).toString('base64'))
const envelopes = anyEnvelope.map((text) => (text === null ? null : Buffer.from(text).toString('base64')))
const json = 'org.apache.kafka.connect.json.JsonConverter'
const simple = 'org.apache.kafka.connect.storage.SimpleHeaderConverter'
const numbers = ['Boolean', 'Short', 'Integer', 'Long', 'Float', 'Double', 'ByteArray']
/** What looks like numbers, dates, lists and maps, and nearly so. */
const headerText = fc.oneof(
  anyText,
  fc.constantFrom(
    'null',
    'true',
    'TRUE',
    '-',
    '+5',
    '1.0',
    '1e10',
    '1e-3',
    '.5',
    '5.',
    '0x1F',
    '1_000',
    'NaN',
    'Infinity',
    '1d',
    '1f',
    '1L',
    '00012',
    '--1',
  ),
  fc.constantFrom(
    '9999999999999999999999',
    '2147483648',
    '-129',
    '3.4028236e38',
    '1e400',
    '1.7976931348623157e309',
    '0.1',
    '-0.0',
    '1E+2',
  ),
  fc.constantFrom(
    '2024-01-02',
    '2024-02-30',
    '10:11:12.123Z',
    '25:00:00.000Z',
    '2024-01-02T10:11:12.123Z',
    '2024-01-02T10:11:12Z',
    '2024-1-2',
  ),
  fc.constantFrom(
    '[]',
    '{}',
    '[1,2,300]',
    '[1,"a"]',
    '[1,2',
    '[null,1]',
    '[1,,2]',
    '[1,2,]',
    '[[1],[2]]',
    '[1.5,2]',
    '[true,false]',
    '[ 1 , 2 ]',
    '[1 2]',
    '["a","b"]',
    '["a\\"b"]',
    '[a,b]',
  ),
  fc.constantFrom(
    '{"a":1,"b":2}',
    '{a:1}',
    '{"a":[1,2]}',
    '{1:2}',
    '{"a":null}',
    '{"a":1,}',
    '{"a"}',
    '{"a":1',
    '{"a":"x","b":2}',
    '{"a":2024-01-02}',
    '{"a" : 1}',
  ),
  fc.constantFrom(
    '"abc"',
    '"a\\"b"',
    'a\\b',
    'a,b',
    'a:b',
    '\\',
    '"',
    '\u0000',
    ' 7 ',
    ' [1] ',
    'a [1]',
    '1 2',
    '{"a":1} x',
  ),
)

const cases: readonly Case[] = [
  ...[{}, { 'decimal.format': 'NUMERIC' }, { 'replace.null.with.default': 'false' }].flatMap((config): Case[] => [
    [`Json ${JSON.stringify(config)} reads`, json, config, 'toConnect', envelopes],
    [`Json ${JSON.stringify(config)} writes`, json, config, 'fromConnect', anyOrderedEnvelope],
  ]),
  ['Json without schemas reads', json, { 'schemas.enable': 'false' }, 'toConnect', base64(anyPlainJson)],
  ['Json without schemas writes', json, { 'schemas.enable': 'false' }, 'fromConnect', anyOrderedEnvelope],
  ['Json reads bytes', json, {}, 'toConnect', anyBytes],
  ['String reads', 'org.apache.kafka.connect.storage.StringConverter', {}, 'toConnect', anyBytes],
  ['String writes', 'org.apache.kafka.connect.storage.StringConverter', {}, 'fromConnect', anyOrderedEnvelope],
  [
    'String in Latin 1 reads',
    'org.apache.kafka.connect.storage.StringConverter',
    { 'converter.encoding': 'ISO-8859-1' },
    'toConnect',
    anyBytes,
  ],
  ...numbers.flatMap((name): Case[] => [
    [
      `${name} reads`,
      `org.apache.kafka.connect.converters.${name}Converter`,
      {},
      'toConnect',
      fc.oneof(anyBytes, fc.constant(null)),
    ],
    [`${name} writes`, `org.apache.kafka.connect.converters.${name}Converter`, {}, 'fromConnect', anyOrderedEnvelope],
  ]),
  ['headers: Simple reads', simple, {}, 'toHeader', base64(headerText)],
  ['headers: Simple reads what Json wrote', simple, {}, 'toHeader', base64(anyPlainJson)],
  ['headers: Simple writes', simple, {}, 'fromHeader', anyOrderedEnvelope],
  ['headers: Json reads', json, {}, 'toHeader', envelopes],
  ['headers: String writes', 'org.apache.kafka.connect.storage.StringConverter', {}, 'fromHeader', anyOrderedEnvelope],
]

describe.skipIf(!jvm)(`beside Kafka Connect's, PENSTOCK_SEED=${seed}`, async () => {
  const questions = cases.flatMap(([label, className, config, does, input]) =>
    fc.sample(input, { seed, numRuns: PER_CASE }).map((text): { label: string; question: Question } => {
      const asked = { class: className, config }
      const reads = does === 'toConnect' || does === 'toHeader'
      return { label, question: reads ? { ...asked, does, bytes: text } : { ...asked, does, value: text } }
    }),
  )
  const outcomes = jvm
    ? await askJava(
        jvm,
        questions.map(({ question }) => question),
      )
    : []
  const comparison = new Comparison('converters')

  test.each(cases)('%s', (label) => {
    const before = comparison.unexpected().length
    for (const [index, asked] of questions.entries()) {
      if (asked.label !== label) continue
      const difference = outcomeDifference(outcomes[index] ?? {}, answer(asked.question))
      if (difference !== undefined) comparison.addText(label, difference, shown(asked.question))
    }
    expect(comparison.unexpected().slice(before, before + 6)).toEqual([])
  })

  test('all that is listed differs', () => {
    expect(comparison.gone()).toEqual([])
  })
})

function shown(question: Question): string {
  return 'bytes' in question && question.bytes !== null
    ? JSON.stringify(Buffer.from(question.bytes, 'base64').toString())
    : JSON.stringify(question)
}
