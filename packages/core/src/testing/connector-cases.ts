import assert from 'node:assert/strict'
import type { RawConfig } from '../config-def.ts'
import type { SinkPlugin, SourcePlugin } from '../plugin.ts'

/** Fails unless the connector plans between one and the allowed number of tasks, each with a configuration it can read. */
export async function assertTaskConfigs(plugin: SourcePlugin | SinkPlugin, raw: RawConfig): Promise<void> {
  assert.deepEqual(
    plugin.config.validate(raw).flatMap(({ errors }) => errors),
    [],
  )
  if (plugin.createConnector === undefined) return
  for (const maxTasks of [1, 3]) {
    const connector = plugin.createConnector(raw, {
      connector: 'connector',
      logger: { error() {}, warn() {}, info() {}, debug() {} },
      offsets:
        plugin.kind === 'sink' ? null : { offset: async () => null, offsets: async (all) => all.map(() => null) },
      requestTaskReconfiguration() {},
      raiseError(error) {
        throw error
      },
    })
    await connector.start?.()
    const configs = await connector.taskConfigs(maxTasks)
    await connector.stop?.()
    assert.ok(configs.length >= 1 && configs.length <= maxTasks, `${configs.length} tasks of at most ${maxTasks}`)
    for (const config of configs) plugin.config.parse(config)
  }
}
