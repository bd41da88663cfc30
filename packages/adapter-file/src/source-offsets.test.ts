import type { RawConfig, SourceOffset, SourcePartition } from '@penstock/core'
import { expect, test } from 'vitest'
import { checkOffsets } from './source-offsets.ts'

const of = (partition: SourcePartition, offset: SourceOffset | null, raw: RawConfig = { file: '/f' }) => {
  return () => checkOffsets(raw, [{ partition, offset }])
}

test('positions of any file can be set, and anything can be reset', () => {
  expect(of({ filename: '/f' }, { position: 0 })).not.toThrow()
  expect(of({ filename: '/other' }, { position: 10n })).not.toThrow()
  expect(of({ garbage: 1 }, null)).not.toThrow()
})

test('what no file source could go on from is refused with the texts of Kafka Connect', () => {
  expect(of({ filename: '/f' }, { position: 1 }, {})).toThrow(
    "Offsets cannot be modified if the 'file' configuration is unspecified. This is because stdin is used for input and offsets are not tracked.",
  )
  expect(of({ filename: '/f' }, { pos: 1 })).toThrow(
    "Offset objects should either be null or contain the key 'position'",
  )
  for (const position of ['1', 1.5, null, true]) {
    expect(of({ filename: '/f' }, { position })).toThrow(
      "The value for the 'position' key in the offset is expected to be a Long value",
    )
  }
  for (const position of [-1, -1n]) {
    expect(of({ filename: '/f' }, { position })).toThrow(
      "The value for the 'position' key in the offset should be a non-negative value",
    )
  }
  expect(of({ name: '/f' }, { position: 1 })).toThrow("Partition objects should contain the key 'filename'")
})
