import { key } from '@penstock/core'

/** The keys of previews, verification and work with dead letters. */
export const inspectionKeys = {
  'inspection.records.per.second': key.int({
    default: 50000,
    min: 1,
    importance: 'low',
    doc: 'Most records that one verification reads and looks for in a second.',
  }),
  'inspection.gaps.max': key.int({
    default: 1000,
    min: 1,
    importance: 'low',
    doc: 'How many ranges of missing records a verification lists; it counts all of them.',
  }),
  'inspection.shown.bytes': key.int({
    default: 8192,
    min: 64,
    importance: 'low',
    doc: 'How many bytes of a key, a value or a header previews and lists of dead letters show.',
  }),
  'redrive.records.per.second': key.int({
    default: 5000,
    min: 1,
    importance: 'low',
    doc: 'Most records that are driven again in a second: gaps or dead letters.',
  }),
  'redrive.max.records': key.int({
    default: 100000,
    min: 1,
    importance: 'low',
    doc: 'Most dead letters that one request takes; the next goes on behind them. A request may ask for fewer.',
  }),
}
