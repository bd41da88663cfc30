import { configDef, type SinkPlugin } from '@penstock/core'
import { expect, test } from 'vitest'
import { workerWith } from '../config/fixtures/worker.ts'
import { PluginRegistry } from '../plugins/registry.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { Redactor } from '../telemetry/redactor.ts'
import { SinkTaskRunner } from './sink-task-runner.ts'

/** A task whose config is no good: it fails before it opens anything. */
function failingTask() {
  const statuses: string[] = []
  const plugin: SinkPlugin = {
    kind: 'sink',
    name: 'OwnSink',
    aliases: [],
    summary: 'Does what a test wants.',
    config: configDef({}),
    createTask: () => ({ put: () => undefined }),
  }
  const runner = new SinkTaskRunner({
    redactor: new Redactor(),
    start: {
      id: { connector: 'a', task: 0 },
      connectorConfig: { name: 'a' },
      taskConfig: {},
      paused: false,
      awaitGo: false,
    },
    plugin,
    registry: new PluginRegistry([]),
    worker: workerWith(),
    tracing: null,
    logger: recordingLogger(),
    clock: { now: () => Date.now() },
    onStatus: (state) => void statuses.push(state),
    onTopic: () => {},
  })
  return { runner, statuses }
}

test('a task that fails says so', async () => {
  const { runner, statuses } = failingTask()
  void runner.start()
  await runner.stop({ leaveGroup: false })
  expect(statuses).toEqual(['FAILED'])
})

test('a task that fails after it was cancelled says nothing: another copy may run by now', async () => {
  const { runner, statuses } = failingTask()
  void runner.start()
  runner.cancel()
  await runner.stop({ leaveGroup: false })
  expect(statuses).toEqual([])
})
