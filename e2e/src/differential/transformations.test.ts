/** Each transformation and predicate makes of random records what Kafka Connect's makes of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findJvmConnect } from '../harness/index.ts'
import { Comparison } from './comparison.ts'
import { askJava, type Question } from './connect-classes.ts'
import { answer } from './our-plugins.ts'
import { outcomeDifference } from './outcome-difference.ts'
import { anyRecord } from './random-records.ts'

const jvm = await findJvmConnect()
/** Other records are tried with another number. */
const seed = Number(process.env.PENSTOCK_SEED ?? 5)
const PACKAGE = 'org.apache.kafka.connect.transforms'
const PER_VARIANT = 100

type Variants = readonly Readonly<Record<string, string>>[]

const keyAndValue: Readonly<Record<string, Variants>> = {
  Cast: [
    ...['int8', 'int16', 'int32', 'int64', 'float32', 'float64', 'boolean', 'string'].map((spec) => ({ spec })),
    { spec: 'a:int8,b:string,c:float64' },
    { spec: 'a:STRING, b:int64 ,d:boolean' },
    { spec: 'a:float32,b:int32,x.y:int16', 'replace.null.with.default': 'false' },
  ],
  ExtractField: [
    { field: 'a' },
    { field: 'x.y' },
    { field: 'n.a', 'field.syntax.version': 'V2' },
    { field: '`x.y`', 'field.syntax.version': 'V2' },
    { field: 'b', 'replace.null.with.default': 'false' },
  ],
  Flatten: [{}, { delimiter: '_' }],
  HeaderFrom: [
    { fields: 'a,b', headers: 'ha,hb', operation: 'copy' },
    { fields: 'a', headers: 'h', operation: 'move' },
    { fields: 'a,x.y', headers: 'h,h', operation: 'move', 'replace.null.with.default': 'false' },
  ],
  HoistField: [{ field: 'whole' }],
  InsertField: [
    {
      'topic.field': 'topic',
      'partition.field': 'partition!',
      'timestamp.field': 'ts?',
      'static.field': 'static',
      'static.value': 'x',
    },
    { 'offset.field': 'offset' },
    { 'topic.field': 'a' },
    { 'static.field': 'st!', 'static.value': 'y', 'replace.null.with.default': 'false' },
  ],
  MaskField: [
    { fields: 'a,b' },
    { fields: 'a', replacement: '7' },
    { fields: 'c,x.y', replacement: 'hidden' },
    { fields: 'b,d', 'replace.null.with.default': 'false' },
  ],
  ReplaceField: [
    { exclude: 'a,b' },
    { include: 'a,c,x.y' },
    { renames: 'a:z,b:y' },
    { exclude: 'a', renames: 'b:a' },
    { include: 'a,b', exclude: 'b', renames: 'a:z', 'replace.null.with.default': 'false' },
  ],
  SetSchemaMetadata: [
    { 'schema.name': 'com.example.New' },
    { 'schema.version': '7' },
    { 'schema.name': 'n', 'schema.version': '2', 'replace.null.with.default': 'false' },
  ],
  TimestampConverter: [
    ...['string', 'unix', 'Date', 'Time', 'Timestamp'].map((type) => ({
      'target.type': type,
      field: 'a',
      format: 'yyyyMMddHHmmss',
    })),
    ...['string', 'unix', 'Date', 'Time', 'Timestamp'].map((type) => ({
      'target.type': type,
      format: "yyyy-MM-dd'T'HH:mm:ss.SSSX",
    })),
    ...['seconds', 'microseconds', 'nanoseconds'].map((precision) => ({
      'target.type': 'unix',
      field: 'b',
      format: 'yyyy-MM-dd',
      'unix.precision': precision,
    })),
    ...['seconds', 'microseconds', 'nanoseconds'].map((precision) => ({
      'target.type': 'Timestamp',
      'unix.precision': precision,
    })),
    { 'target.type': 'string', field: 'a', format: 'EEE, d MMM yyyy h:mm a z', 'replace.null.with.default': 'false' },
  ],
}

const whole: Readonly<Record<string, Variants>> = {
  DropHeaders: [{ headers: 'h,none' }],
  Filter: [{}],
  InsertHeader: ['12', 'text', '1.5', 'true', '[1,2]', '{"a":1}', '2024-01-02', ''].map((literal) => ({
    header: 'h',
    'value.literal': literal,
  })),
  RegexRouter: [
    { regex: 'top', replacement: 'new' },
    { regex: '(.*)-(\\d)', replacement: '$2_$1' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Java's form of a group's name
    { regex: '([a-z]+)\\.(?<place>[a-z]+)', replacement: '${place}-$1' },
    { regex: '.*', replacement: 'x' },
  ],
  TimestampRouter: [
    {},
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the transformation's own placeholders
    { 'topic.format': '${timestamp}/${topic}', 'timestamp.format': 'yyyy-MM-dd HH:mm:ss.SSS' },
    { 'timestamp.format': "YYYY-'W'ww" },
  ],
  ValueToKey: [{ fields: 'a' }, { fields: 'a,b,x.y' }, { fields: 'b', 'replace.null.with.default': 'false' }],
}

const predicates: Readonly<Record<string, Variants>> = {
  HasHeaderKey: [{ name: 'h' }],
  RecordIsTombstone: [{}],
  TopicNameMatches: [{ pattern: 'top' }, { pattern: 'top.*' }, { pattern: '.*\\..*' }],
}

const classes: readonly (readonly [string, 'transformation' | 'predicate', Variants])[] = [
  ...Object.entries(keyAndValue).map(([name, variants]) => [`${name}$Value`, 'transformation', variants] as const),
  ...Object.entries(keyAndValue).map(([name, variants]) => [`${name}$Key`, 'transformation', variants] as const),
  ...Object.entries(whole).map(([name, variants]) => [name, 'transformation', variants] as const),
  ...Object.entries(predicates).map(([name, variants]) => [`predicates.${name}`, 'predicate', variants] as const),
]

describe.skipIf(!jvm)(`beside Kafka Connect's, PENSTOCK_SEED=${seed}`, async () => {
  const questions = classes.flatMap(([name, does, variants]) =>
    variants.flatMap((config, index) =>
      fc
        .sample(anyRecord, { seed: seed + index, numRuns: name.endsWith('$Key') ? PER_VARIANT / 2 : PER_VARIANT })
        .map((record): Question => ({ class: `${PACKAGE}.${name}`, config, does, record })),
    ),
  )
  const outcomes = jvm ? await askJava(jvm, questions) : []

  const comparison = new Comparison('transformations')

  test.each(classes)('%s', (name) => {
    const before = comparison.unexpected().length
    for (const [index, question] of questions.entries()) {
      if (question.class !== `${PACKAGE}.${name}`) continue
      const difference = outcomeDifference(outcomes[index] ?? {}, answer(question))
      if (difference !== undefined) comparison.addText(name, difference, JSON.stringify(question))
    }
    expect(comparison.unexpected().slice(before, before + 3)).toEqual([])
  })

  test('all that is listed differs', () => {
    expect(comparison.gone()).toEqual([])
  })
})
