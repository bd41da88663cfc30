/** A source that makes up records. Start reading at {@link DatagenTask.poll} and `loadShape`. @module */
import { ConfigError, type ConfigProblem, definePlugin, type RawConfig } from '@penstock/core'
import { config, type DatagenConfig } from './config.ts'
import { DatagenTask } from './datagen-task.ts'
import { loadShape } from './shape.ts'
import { checkOffsets } from './source-offsets.ts'

export const datagenSource = definePlugin({
  kind: 'source',
  name: 'DatagenSource',
  aliases: ['io.confluent.kafka.connect.datagen.DatagenConnector'],
  summary: 'Makes up records by an example, a schema or a ready-made set, the same ones each time.',
  config,
  validate,
  createConnector: (raw) => ({ taskConfigs: (maxTasks) => Array.from({ length: maxTasks }, () => raw) }),
  createTask(config, context) {
    const problems = topicProblems(config)
    if (problems.length > 0) throw new ConfigError(problems)
    return new DatagenTask(config, context)
  },
  exactlyOnceSupport: () => 'SUPPORTED',
  alterOffsets(_raw, offsets) {
    checkOffsets(offsets)
    return true
  },
})

async function validate(raw: RawConfig): Promise<readonly ConfigProblem[]> {
  const parsed = config.parse(raw)
  const problems = topicProblems(parsed)
  try {
    await loadShape(parsed)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    problems.push(...error.problems)
  }
  return problems
}

function topicProblems(parsed: DatagenConfig): ConfigProblem[] {
  const { 'kafka.topic': name, topic } = parsed
  if (name === null && topic === null) {
    return [{ key: 'kafka.topic', message: 'Missing required configuration "kafka.topic" which has no default value.' }]
  }
  if (name === null || topic === null || name === topic) return []
  return [
    {
      key: 'topic',
      message: `Invalid value ${topic} for configuration topic: kafka.topic says ${name}; set one of them`,
    },
  ]
}

export default datagenSource
export { DatagenTask }
