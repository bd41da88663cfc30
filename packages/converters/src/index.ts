/** Kafka Connect's converters. Start reading at json-converter.ts. @module */
import type { Plugin } from '@penstock/core'
import { byteArrayConverter } from './byte-array-converter.ts'
import { jsonConverter } from './json-converter.ts'
import {
  booleanConverter,
  doubleConverter,
  floatConverter,
  integerConverter,
  longConverter,
  shortConverter,
} from './number-converters.ts'
import { simpleHeaderConverter } from './simple-header-converter.ts'
import { stringConverter } from './string-converter.ts'

const plugins: readonly Plugin[] = [
  jsonConverter,
  stringConverter,
  byteArrayConverter,
  booleanConverter,
  shortConverter,
  integerConverter,
  longConverter,
  floatConverter,
  doubleConverter,
  simpleHeaderConverter,
]

export default plugins
export {
  booleanConverter,
  byteArrayConverter,
  doubleConverter,
  floatConverter,
  integerConverter,
  jsonConverter,
  longConverter,
  shortConverter,
  simpleHeaderConverter,
  stringConverter,
}
