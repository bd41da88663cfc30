import type { Clock, TransformationContext } from '../plugin.ts'

/** A context for testing a transformation alone; `tables` stand for compacted topics, keys and values as text. */
export function fakeTransformationContext(
  tables: Readonly<Record<string, Readonly<Record<string, string>>>> = {},
  clock: Clock = { now: () => Date.now() },
): TransformationContext {
  return {
    connector: 'connector',
    task: 0,
    logger: { error() {}, warn() {}, info() {}, debug() {} },
    clock,
    async openTable(topic) {
      const rows = tables[topic]
      if (rows === undefined) throw new Error(`the test has no table ${topic}`)
      return {
        get(key) {
          const value = rows[Buffer.from(key).toString()]
          return value === undefined ? null : Buffer.from(value)
        },
        close: async () => {},
      }
    },
  }
}
