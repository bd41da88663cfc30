/** What this package offers; the `penstock` entry of package.json says that it is here. @module */
import { counterSource } from './counter-source.ts'
import { jsonLinesSink } from './json-lines-sink.ts'
import { keyValueConverter } from './key-value-converter.ts'
import { uppercase } from './uppercase.ts'

export default [counterSource, jsonLinesSink, uppercase, keyValueConverter]
