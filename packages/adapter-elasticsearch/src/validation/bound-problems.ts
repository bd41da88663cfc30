/** Numbers that must fit each other, and lists that a flag makes pointless. */
import type { ConfigProblem } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { problem } from './problem.ts'

export function boundProblems(config: ElasticsearchSinkConfig): ConfigProblem[] {
  return [...ignoreLists(config), ...linger(config), ...buffer(config)]
}

function ignoreLists(config: ElasticsearchSinkConfig): ConfigProblem[] {
  return (['key.ignore', 'schema.ignore'] as const).flatMap((flag) => {
    const list = `topic.${flag}` as const
    if (!config[flag] || config[list].length === 0) return []
    return problem([flag, list], `${list} can not be set if ${flag} is true: it is true for every topic then.`)
  })
}

function linger(config: ElasticsearchSinkConfig): ConfigProblem[] {
  if (config['linger.ms'] <= config['flush.timeout.ms']) return []
  return problem(['linger.ms', 'flush.timeout.ms'], 'linger.ms can not be larger than flush.timeout.ms.')
}

function buffer(config: ElasticsearchSinkConfig): ConfigProblem[] {
  const buffered = config['max.buffered.records']
  const needed = config['batch.size'] * config['max.in.flight.requests']
  if (buffered >= needed) return []
  return problem(
    ['max.buffered.records', 'batch.size', 'max.in.flight.requests'],
    `max.buffered.records (${buffered}) must be at least batch.size × max.in.flight.requests (${needed}).`,
  )
}
