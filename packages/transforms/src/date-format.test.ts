import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileDateFormat } from './date-format.ts'
import { parserOf } from './date-parse.ts'
import { parseDatePattern } from './date-pattern.ts'

const now = Date.UTC(2026, 5, 1)
const parse = (format: string, text: string) => parserOf(parseDatePattern(format), now)(text)
const newYearsEve = 1672531199999
const beforeChrist = -62200000000000

describe('formatting equals that of Java', () => {
  test.each([
    ['yyyy-MM-dd HH:mm:ss.SSS', newYearsEve, '2022-12-31 23:59:59.999'],
    ['yy-M-d', newYearsEve, '22-12-31'],
    ['EEE, dd MMM yyyy HH:mm:ss z', newYearsEve, 'Sat, 31 Dec 2022 23:59:59 UTC'],
    ["yyyy-MM-dd'T'HH:mm:ssX", newYearsEve, '2022-12-31T23:59:59Z'],
    ['h:mm a', newYearsEve, '11:59 PM'],
    ['k:mm', 0, '24:00'],
    ['K h', 43_200_000, '0 12'],
    ['YYYY-MM-dd', Date.UTC(2024, 11, 31), '2025-12-31'],
    ["YYYY-'W'ww-u", newYearsEve, '2022-W53-6'],
    ["YYYY-'W'ww-u", beforeChrist, '-0002-W51-4'],
    ['D yyyy', newYearsEve, '365 2022'],
    ['F W w', newYearsEve, '5 5 53'],
    ['L LLL LLLL', newYearsEve, '12 Dec December'],
    ['yyy y yyyyy', newYearsEve, '2022 2022 02022'],
    ["hh 'o''clock' a", newYearsEve, "11 o'clock PM"],
    ['s.S', -1, '59.999'],
    // The Julian calendar, where Java has it.
    ['G yyyy-MM-dd EEEE', beforeChrist, 'BC 0003-12-19 Thursday'],
    ['yyyy-MM-dd', -62135596800000, '0001-01-03'],
    ['yyyy-MM-dd', Date.UTC(1582, 9, 14), '1582-10-04'],
    ['yyyy-MM-dd', Date.UTC(1582, 9, 15), '1582-10-15'],
  ])('%s of %s', (format, ms, text) => expect(compileDateFormat(format)(ms)).toBe(text))
})

describe('parsing equals that of Java', () => {
  test.each([
    ['yyyy-MM-dd HH:mm:ss.SSS', '2023-11-14 22:13:20.123', 1700000000123],
    // Milliseconds are a number, not a fraction, and may be many.
    ['yyyy-MM-dd HH:mm:ss.SSS', '2023-11-14 22:13:20.1', 1700000000001],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2023-11-14 22:13:20.123456', 1700000123456],
    ['yyyy-MM-dd', '2023-02-31 and more', Date.UTC(2023, 2, 3)],
    ['yyyyMMdd', '20231114', Date.UTC(2023, 10, 14)],
    ['yyyyMMdd', '2023-11-14', 1667260800000],
    ['yyyyMMddHHmmssSSS', '20231114221320123', 1700000000123],
    ['yy-M-d', '2023-11-14', Date.UTC(2023, 10, 14)],
    ['yy-M-d', '46-1-1', Date.UTC(1946, 0, 1)],
    ['yy-M-d', '45-1-1', Date.UTC(2045, 0, 1)],
    ['yyyy-MM-dd', '0001-01-01', -62135769600000],
    ['dd/MMM/yyyy:HH:mm:ss Z', '14/Nov/2023:22:13:20 +0100', 1699996400000],
    ['dd/MMM/yyyy:HH:mm:ss Z', '14/november/2023:22:13:20 -0830', 1700030600000],
    ['EEE, dd MMM yyyy HH:mm:ss z', 'Tue, 14 Nov 2023 22:13:20 PST', 1700028800000],
    ['EEE, dd MMM yyyy HH:mm:ss z', 'Tue, 14 Nov 2023 22:13:20 GMT+02:00', 1699992800000],
    ["yyyy-MM-dd'T'HH:mm:ssX", '2023-11-14T22:13:20+01', 1699996400000],
    ["yyyy-MM-dd'T'HH:mm:ssXX", '2023-11-14T22:13:20+0130', 1699994600000],
    ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", '2023-11-14T22:13:20.123-08:00', 1700028800123],
    ['h:mm a', '12:05 AM', 300000],
    ['h:mm a', '12:05 pm', 43500000],
    ['K:mm a', '12:05 PM', 86700000],
    ['k:mm', '24:05', 300000],
    // The trap of week years: without a week it is the first day of the first one.
    ['YYYY-MM-dd', '2023-11-14', 1672531200000],
    ["YYYY-'W'ww-u", '2023-W05-3', 1675209600000],
    ['D yyyy', '366 2023', 1704067200000],
    ['MMMM d, yyyy G', 'Nov 14, 44 BC', -63496915200000],
    ['EEEE u', 'Tuesday 2', 432000000],
    ["''yyyy''", "'2023'", 1672531200000],
  ])('%s of %s', (format, text, ms) => expect(parse(format, text)).toBe(ms))

  test.each([
    ['yyyy-MM-dd', '2023/11/14'],
    ['yyyy-MM-dd', ''],
    ['yyyyMMdd', '202311'],
    ['MMM', 'Foo'],
    ["HH:mm'Z'", '22:13'],
    ['z', 'Foo'],
    ['XXX', '+0100'],
    ['HH', 'x'],
  ])('%s does not read %s', (format, text) => expect(parse(format, text)).toBeUndefined())
})

test('what was written is read again', () => {
  const formats = [
    "yyyy-MM-dd'T'HH:mm:ss.SSSX",
    'yyyyMMddHHmmssSSS',
    'EEE, d MMMM yyyy hh:mm:ss.SSS a G Z',
    'D yyyy k:m:s.S',
  ]
  const times = fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) })
  fc.assert(
    fc.property(fc.constantFrom(...formats), times, (format, ms) => {
      expect(parse(format, compileDateFormat(format)(ms))).toBe(ms)
    }),
  )
})

test('any text is read or refused', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const ms = parse('G EEE yyyy-MMM-dd hh:mm:ss.SSS a XXX', text)
      expect(ms === undefined || typeof ms === 'number').toBe(true)
    }),
  )
})
