import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Assignment, ConnectorsAndTasks, WorkerMetadata } from './assignment.ts'
import { assignmentSamples, metadataSamples } from './fixtures/protocol-samples.ts'
import { decodeAssignment, decodeMetadata, encodeAssignment, encodeMetadata, joinProtocols } from './protocol-codec.ts'
import { ProtocolError } from './protocol-error.ts'

const bytes = (hex: string) => Buffer.from(hex.replaceAll(/\s/g, ''), 'hex')
const hexOf = (buffer: Buffer) => buffer.toString('hex')

for (const { name, hex, value } of metadataSamples) {
  test(`metadata is written and read as Kafka Connect does (${name})`, () => {
    expect(hexOf(encodeMetadata(value))).toBe(hexOf(bytes(hex)))
    expect(decodeMetadata(bytes(hex))).toEqual(value)
  })
}

for (const { name, hex, value } of assignmentSamples) {
  test(`assignments are written and read as Kafka Connect does (${name})`, () => {
    expect(hexOf(encodeAssignment(value))).toBe(hexOf(bytes(hex)))
    expect(decodeAssignment(bytes(hex))).toEqual(value)
  })
}

const work: fc.Arbitrary<ConnectorsAndTasks> = fc
  .uniqueArray(
    fc.record({
      connector: fc.oneof(fc.constantFrom('a', 'b', '', 'a/1', '\ufeffx'), fc.string({ unit: 'grapheme' })),
      instance: fc.boolean(),
      tasks: fc.uniqueArray(fc.nat({ max: 0x7fffffff }), { maxLength: 4 }),
    }),
    { selector: ({ connector }) => connector, maxLength: 5 },
  )
  .map((elements) => {
    // Instances first: the wire orders elements by their first appearance, so other orders come back regrouped.
    const ordered = elements.toSorted((left, right) => Number(right.instance) - Number(left.instance))
    return {
      connectors: ordered.filter(({ instance }) => instance).map(({ connector }) => connector),
      tasks: ordered.flatMap(({ connector, tasks }) => tasks.map((task) => ({ connector, task }))),
    }
  })
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
const assignment: fc.Arbitrary<Assignment> = fc.record({
  version: fc.integer({ min: 1, max: 3 }),
  error: fc.constantFrom(0 as const, 1 as const),
  leader: fc.string(),
  leaderUrl: fc.webUrl(),
  configOffset: int64,
  assigned: work,
  revoked: work,
  delayMs: fc.nat(),
})
const metadata: fc.Arbitrary<WorkerMetadata> = assignment.chain((allocation) =>
  fc.record({
    version: fc.constant(allocation.version),
    url: fc.webUrl(),
    configOffset: int64,
    allocation: fc.constantFrom(null, allocation),
  }),
)

test('assignments and metadata survive a round trip', () => {
  fc.assert(
    fc.property(assignment, metadata, (sentAssignment, sentMetadata) => {
      expect(decodeAssignment(encodeAssignment(sentAssignment))).toEqual(sentAssignment)
      expect(decodeMetadata(encodeMetadata(sentMetadata))).toEqual(sentMetadata)
    }),
  )
})

test('version 0 drops what it has no field for', () => {
  fc.assert(
    fc.property(assignment, (value) => {
      const expected = { ...value, version: 0, revoked: { connectors: [], tasks: [] }, delayMs: 0 }
      expect(decodeAssignment(encodeAssignment({ ...value, version: 0 }))).toEqual(expected)
    }),
  )
})

const readsOrRefuses = (read: (bytes: Uint8Array) => unknown, input: Uint8Array) => {
  try {
    read(input)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    expect(error.offset).toBeGreaterThanOrEqual(0)
    expect(error.offset).toBeLessThanOrEqual(input.length)
    expect(error.message).toContain(`at byte ${error.offset}`)
  }
}

test('whatever the bytes, a decoder returns a value or throws a ProtocolError', () => {
  const valid = fc.oneof(assignment.map(encodeAssignment), metadata.map(encodeMetadata))
  const damaged = fc.tuple(valid, fc.nat(), fc.nat({ max: 255 }), fc.nat()).map(([message, at, value, length]) => {
    const copy = Buffer.from(message)
    copy[at % copy.length] = value
    return copy.subarray(0, copy.length - (length % 3 === 0 ? length % copy.length : 0))
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (input) => {
      readsOrRefuses(decodeAssignment, input)
      readsOrRefuses(decodeMetadata, input)
    }),
    { numRuns: 1_000 },
  )
})

test('a message cut anywhere inside its required fields is refused as truncated', () => {
  const { hex } = metadataSamples[0]!
  for (let length = 0; length < 2 + 2 + 0x17 + 8; length++) {
    expect(() => decodeMetadata(bytes(hex).subarray(0, length))).toThrow(
      expect.objectContaining({ code: 'group.truncated_message' }),
    )
  }
})

test('fields missing at the end take their defaults', () => {
  const version0Body = bytes(metadataSamples[2]!.hex)
  version0Body.writeInt16BE(1)
  expect(decodeMetadata(version0Body)).toMatchObject({ version: 1, allocation: null })

  const message = bytes(assignmentSamples[1]!.hex)
  expect(decodeAssignment(message.subarray(0, message.length - 4))).toMatchObject({ delayMs: 0 })
  const header = message.subarray(0, 2 + 2 + 4 + 17 + 8)
  const nothing = { connectors: [], tasks: [] }
  expect(decodeAssignment(header)).toMatchObject({ assigned: nothing, revoked: nothing, delayMs: 0 })
})

test('null arrays read as empty, unknown versions and trailing bytes are accepted', () => {
  const header = '0007 0000 0002 6d31 000f 687474703a2f2f77313a383038332f 0000000000000007'
  const nothing = { connectors: [], tasks: [] }
  expect(decodeAssignment(bytes(`${header} ffffffff ffffffff 00000005 cafe`))).toEqual({
    version: 7,
    error: 0,
    leader: 'm1',
    leaderUrl: 'http://w1:8083/',
    configOffset: 7n,
    assigned: nothing,
    revoked: nothing,
    delayMs: 5,
  })
})

test('an error code of a later version counts as a failed assignment', () => {
  const header = '0002 0009 0002 6d31 000f 687474703a2f2f77313a383038332f 0000000000000007'
  expect(decodeAssignment(bytes(header)).error).toBe(1)
})

test('malformed fields are named with the byte they begin at, also inside the allocation', () => {
  const header = '0002 0000 0002 6d31 000f 687474703a2f2f77313a383038332f 0000000000000007'
  const refusal = (hex: string) => {
    try {
      decodeAssignment(bytes(hex))
    } catch (error) {
      if (error instanceof ProtocolError) return `${error.code}: ${error.message}`
      throw error
    }
    return 'accepted'
  }
  const malformedAt = 'group.malformed_message: malformed group message at byte'
  const truncatedAt = 'group.truncated_message: truncated group message at byte'
  expect(refusal('ffff')).toBe(`${malformedAt} 0: version -1 is negative`)
  expect(refusal('0002 0000 fffe')).toBe(`${malformedAt} 4: leader has the negative length -2`)
  expect(refusal('0002 0000 0002 c328')).toBe(`${malformedAt} 4: leader is not valid UTF-8`)
  expect(refusal(`${header} fffffffe`)).toBe(`${malformedAt} 33: assignment has the negative count -2`)
  expect(refusal(`${header} 00000001 0001 61 00000001 fffffffe`)).toBe(`${malformedAt} 44: task number -2 of a`)
  expect(refusal(`${header} 7fffffff 0001 61`)).toBe(
    `${truncatedAt} 33: assignment announces 2147483647 elements, but only 3 bytes are left`,
  )
  expect(refusal(`${header} 00000001 0001 61 7fffffff`)).toBe(
    `${truncatedAt} 40: assignment.tasks announces 2147483647 elements, but only 0 bytes are left`,
  )
  expect(() => decodeMetadata(bytes('0002 0001 61 0000000000000001 00000004 0002 0000'))).toThrow(
    'truncated group message at byte 21: leader takes 2 bytes, but only 0 are left',
  )
  expect(() => decodeMetadata(bytes('0002 0001 61 0000000000000001 7fffffff 0002'))).toThrow(
    'truncated group message at byte 17: allocation takes 2147483647 bytes, but only 2 are left',
  )
})

test('values that no field can hold are refused when writing', () => {
  const value = assignmentSamples[1]!.value
  const unencodable = expect.objectContaining({ code: 'group.unencodable_message' })
  expect(() => encodeAssignment({ ...value, version: -1 })).toThrow(unencodable)
  expect(() => encodeAssignment({ ...value, leader: 'x'.repeat(32_768) })).toThrow(unencodable)
  expect(() => encodeAssignment({ ...value, configOffset: 2n ** 63n })).toThrow(unencodable)
  expect(() => encodeAssignment({ ...value, delayMs: 1.5 })).toThrow(unencodable)
  expect(() =>
    encodeAssignment({ ...value, assigned: { connectors: [], tasks: [{ connector: 'a', task: -1 }] } }),
  ).toThrow(unencodable)
})

test('a worker offers every protocol up to its own, newest first, each in its own version', () => {
  const sample = metadataSamples[3]!.value
  const offered = joinProtocols('sessioned', sample)
  expect(offered.map(({ name }) => name)).toEqual(['sessioned', 'compatible', 'default'])
  const [sessioned, compatible, eager] = offered.map(({ metadata }) => decodeMetadata(metadata))
  expect(sessioned).toEqual(sample)
  expect(compatible).toEqual({ ...sample, version: 1, allocation: { ...sample.allocation, version: 1 } })
  expect(eager).toEqual({ ...sample, version: 0, allocation: null })

  expect(joinProtocols('compatible', sample).map(({ name }) => name)).toEqual(['compatible', 'default'])
  expect(joinProtocols('eager', sample).map(({ name }) => name)).toEqual(['default'])
})
