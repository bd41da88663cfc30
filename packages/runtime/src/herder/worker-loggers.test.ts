import { expect, test } from 'vitest'
import { createLogger } from '../telemetry/logger.ts'
import { WorkerLoggers } from './worker-loggers.ts'

function start({ alone = false } = {}) {
  const executors: string[] = []
  const cluster: string[] = []
  const factory = createLogger({ format: 'text', level: 'info', levels: [], clock: { now: () => 1_000 } })
  factory.child('herder')
  const loggers = new WorkerLoggers({
    loggers: factory,
    tellExecutors: (name, level) => void executors.push(`${name}=${level}`),
    tellCluster: alone ? null : async (name, level) => void cluster.push(`${name}=${level}`),
  })
  return { loggers, factory, executors, cluster }
}

test('a level is set on the worker and its executors', () => {
  const { loggers, factory, executors } = start()
  expect(loggers.set('herder', 'debug')).toEqual(['herder'])
  expect(factory.levelOf('herder')).toBe('debug')
  expect(executors).toEqual(['herder=debug'])
})

test('a name that no logger has is remembered, as Java class names are', () => {
  const { loggers } = start()
  expect(loggers.set('org.apache.kafka.connect', 'all')).toEqual(['org.apache.kafka.connect'])
  expect(loggers.list()).toContainEqual({ name: 'org.apache.kafka.connect', level: 'all', lastModified: 1_000 })
})

test('a level set again changes nothing', () => {
  const { loggers } = start()
  expect(loggers.set('root', 'warn')).toEqual(['herder', 'root'])
  expect(loggers.set('root', 'warn')).toEqual([])
})

test('a level for the cluster takes effect with its record in the config topic', async () => {
  const { loggers, factory, cluster } = start()
  await loggers.setEverywhere('herder', 'trace')
  expect(factory.levelOf('herder')).toBe('info')
  expect(cluster).toEqual(['herder=trace'])
  loggers.follow('herder', 'TRACE')
  expect(factory.levelOf('herder')).toBe('trace')
  loggers.follow('herder', 'LOUD')
  expect(factory.levelOf('herder')).toBe('trace')
})

test('a worker that is alone is its own cluster', async () => {
  const { loggers, factory } = start({ alone: true })
  await loggers.setEverywhere('herder', 'error')
  expect(factory.levelOf('herder')).toBe('error')
})
