/** What documents are written to: indices, data streams, or resources that are there already. */
import type { ConfigProblem, RawConfig } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { writesToDataStreams } from '../indices/resources.ts'
import { type ConfigKey, problem } from './problem.ts'

type Config = ElasticsearchSinkConfig

const usage = 'external.resource.usage'
const mapping = 'topic.to.external.resource.mapping'
const streamParts = ['data.stream.type', 'data.stream.dataset'] as const

export function resourceProblems(config: Config): ConfigProblem[] {
  return [...externalProblems(config), ...mappingProblems(config), ...streamProblems(config), ...namingProblems(config)]
}

/** Whether topics and mapping cover each other. Which topics a regular expression means is only known while running. */
export function coverageProblems(config: Config, raw: RawConfig): ConfigProblem[] {
  const topics = (raw.topics ?? '').split(',').flatMap((topic) => topic.trim() || [])
  if (!isExternal(config) || topics.length === 0 || config[mapping].length === 0) return []
  const mapped = pairs(config).map(([topic = '']) => topic)
  const unmapped = topics.filter((topic) => !mapped.includes(topic))
  const foreign = mapped.filter((topic) => !topics.includes(topic))
  return [
    ...(unmapped.length === 0
      ? []
      : problem(
          [mapping],
          `${mapping} has no resource for ${list('topic', unmapped)}; add ${unmapped[0]}:<resource>.`,
        )),
    ...(foreign.length === 0
      ? []
      : problem([mapping], `${mapping} maps ${list('topic', foreign)}, which topics does not name; remove it there.`)),
  ]
}

function isExternal(config: Config): boolean {
  return config[usage] !== 'disabled'
}

function pairs(config: Config): string[][] {
  return config[mapping].map((pair) => pair.split(':').map((part) => part.trim()))
}

function externalProblems(config: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if (isExternal(config) !== config[mapping].length > 0) {
    problems.push(...problem([usage, mapping], `${usage} and ${mapping} must be configured together, or neither.`))
  }
  if ((isExternal(config) || config[mapping].length > 0) && streamKeys(config).length > 0) {
    problems.push(
      ...problem(
        [mapping, ...streamParts],
        `${mapping} and ${streamParts.join(', ')} are mutually exclusive; for data streams that are there set ${usage} to datastream.`,
      ),
    )
  }
  return problems
}

function mappingProblems(config: Config): ConfigProblem[] {
  const all = pairs(config)
  const wrong = config[mapping].filter((_text, index) => {
    const parts = all[index] ?? []
    return parts.length !== 2 || parts.includes('')
  })
  const problems: ConfigProblem[] = []
  if (wrong.length > 0) {
    problems.push(...problem([mapping], `${mapping} holds ${wrong.join(', ')}; expected topic:resource,…`))
  }
  const limit = config['max.external.resource.mappings']
  if (all.length > limit) {
    problems.push(
      ...problem(
        [mapping],
        `${mapping} has ${all.length} pairs, which exceeds max.external.resource.mappings (${limit}).`,
      ),
    )
  }
  const twice = (values: readonly (string | undefined)[]) => [
    ...new Set(values.filter((value, index) => value !== undefined && value !== '' && values.indexOf(value) !== index)),
  ]
  const topics = twice(all.map(([topic]) => topic))
  if (topics.length > 0)
    problems.push(...problem([mapping], `${mapping} maps ${list('topic', topics)} more than once.`))
  const resources = twice(all.map(([, resource]) => resource))
  if (resources.length > 0) {
    problems.push(...problem([mapping], `${mapping} names ${list('resource', resources)} for more than one topic.`))
  }
  return problems
}

/** Those of the keys that name data streams which are set. */
function streamKeys(config: Config): (typeof streamParts)[number][] {
  return streamParts.filter((key) => config[key] !== '' && config[key].toLowerCase() !== 'none')
}

function streamProblems(config: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  if (streamKeys(config).length === 1) {
    problems.push(
      ...problem(streamParts, `Both ${streamParts.join(' and ')} must be set for data streams, or neither.`),
    )
  }
  const streams = writesToDataStreams(config) || streamKeys(config).length > 0
  if (!streams) {
    if (config['data.stream.timestamp.field'].length > 0) {
      problems.push(
        ...problem(
          ['data.stream.timestamp.field'],
          `data.stream.timestamp.field can not be set without data streams: set ${streamParts.join(' and ')}, or ${usage} to datastream or alias_datastream.`,
        ),
      )
    }
    return problems
  }
  const method = config['write.method']
  if (method !== 'insert' && method !== 'create') {
    problems.push(
      ...problem(
        ['write.method'],
        `write.method ${method} is not supported with data streams, whose documents are never changed; set insert.`,
      ),
    )
  }
  if (config['behavior.on.null.values'] === 'delete') {
    problems.push(
      ...problem(
        ['behavior.on.null.values'],
        'behavior.on.null.values delete is not supported with data streams, whose documents are never deleted one by one; set ignore or fail.',
      ),
    )
  }
  return problems
}

/** Keys that name or make indices have nothing to say where something else is written to. */
function namingProblems(config: Config): ConfigProblem[] {
  const external = isExternal(config)
  if (!external && streamKeys(config).length === 0) return []
  const keys: ConfigKey[] = []
  if (config['topic.index.map'].length > 0) keys.push('topic.index.map')
  if (config['index.name.format'] !== '') keys.push('index.name.format')
  if (config['index.topic.regex'] !== '') keys.push('index.topic.regex')
  if (config['index.settings']) keys.push('index.settings')
  if (config['index.rollover']) keys.push('index.rollover')
  if (config['index.lifecycle.name']) keys.push('index.lifecycle.name')
  if (keys.length === 0) return []
  const other = external ? usage : streamParts[0]
  const instead = external
    ? 'nothing is created and the mapping says where documents go'
    : 'an index template says what they are like'
  return problem([...keys, other], `${keys.join(', ')} can not be set with ${other}: ${instead}.`)
}

function list(word: string, names: readonly (string | undefined)[]): string {
  return `${word}${names.length === 1 ? '' : 's'} ${names.join(', ')}`
}
