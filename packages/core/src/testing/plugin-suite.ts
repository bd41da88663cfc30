/**
 * What every plugin of a kind must do, as a list of cases for any test framework:
 * `for (const { name, check } of converterSuite(plugin, {}, samples)) test(name, check)`.
 */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import type { RawConfig } from '../config-def.ts'
import { DataError } from '../errors.ts'
import { stringifyJson } from '../json.ts'
import type { Converter, ConverterPlugin, Plugin } from '../plugin.ts'
import { type SchemaAndValue, schemasEqual } from '../schema.ts'
import { shown } from './inspect-record.ts'

export interface SuiteCase {
  readonly name: string
  /** Throws or rejects where the plugin doesn't do what the name says. */
  check(): Promise<void> | void
}

/** What a plugin of any kind tells of itself. */
export function pluginSuite(plugin: Plugin): SuiteCase[] {
  return [
    {
      name: `${plugin.name} has a name, a sentence about itself and other names`,
      check() {
        assert.match(plugin.name, /^[A-Za-z]\w*(\$\w+)?$/)
        assert.match(plugin.summary, /\.$/)
        const names = [plugin.name, ...plugin.aliases]
        assert.equal(new Set(names).size, names.length, 'a name comes twice')
      },
    },
    {
      name: `${plugin.name} documents every key, and its defaults are valid`,
      check() {
        for (const [name, definition] of Object.entries(plugin.config.keys)) {
          assert.ok(definition.doc.trim() !== '', `${name} has no doc`)
        }
        for (const { name, errors } of plugin.config.validate({})) {
          assert.ok(
            errors.every((error) => error.startsWith('Missing required')),
            `${name}: ${errors.join()}`,
          )
        }
      },
    },
  ]
}

/** A converter of values; `samples` are what it must be able to write and read back. */
export function converterSuite(
  plugin: ConverterPlugin,
  raw: RawConfig,
  samples: readonly SchemaAndValue[],
): SuiteCase[] {
  const create = (): Converter => plugin.create(plugin.config.parse(raw), 'value')
  return [
    ...pluginSuite(plugin),
    {
      name: `${plugin.name} turns null into null, both ways`,
      check() {
        assert.equal(create().toConnectData('topic', null).value, null)
        assert.equal(create().fromConnectData('topic', null, null), null)
      },
    },
    {
      name: `${plugin.name} reads what it wrote`,
      check() {
        for (const { schema, value } of samples) {
          const bytes = create().fromConnectData('topic', schema, value)
          const read = create().toConnectData('topic', bytes)
          assert.ok(
            read.schema === null ||
              schema === null ||
              schemasEqual({ ...read.schema, optional: schema.optional }, schema),
          )
          assert.equal(inspect(read.value, shown), inspect(value, shown))
        }
      },
    },
    {
      name: `${plugin.name} answers to any bytes with a value or a DataError, and leaves them as they were`,
      check() {
        for (const bytes of strangeBytes()) {
          const before = Buffer.from(bytes)
          valueOrDataError(() => create().toConnectData('topic', bytes))
          assert.deepEqual(Buffer.from(bytes), before)
        }
      },
    },
    {
      name: `${plugin.name} says truly whether values are the JSON of their bytes`,
      check() {
        const converter = create()
        if (converter.passesJsonThrough !== true) return
        for (const { schema, value } of samples) {
          const bytes = converter.fromConnectData('topic', schema, value)
          if (bytes === null) continue
          assert.equal(stringifyJson(converter.toConnectData('topic', bytes).value), bytes.toString())
        }
      },
    },
  ]
}

function valueOrDataError<Result>(call: () => Result): Result | DataError {
  try {
    return call()
  } catch (error) {
    if (error instanceof DataError) return error
    throw error
  }
}

function strangeBytes(): Uint8Array[] {
  const texts = [
    '',
    ' ',
    'null',
    '{',
    '[]',
    '"\\ud800"',
    '\ufeff{}',
    '{"schema":{},"payload":{}}',
    `${'['.repeat(10_000)}`,
  ]
  const lengths = [1, 2, 3, 4, 7, 8, 9, 4096]
  return [
    ...texts.map((text) => Buffer.from(text)),
    ...lengths.flatMap((length) => [0x00, 0x7f, 0x80, 0xff].map((byte) => new Uint8Array(length).fill(byte))),
  ]
}
