/** Checks across the keys that say where documents go, what they are called and how they are written. */
import { type ConfigProblem, messageOf } from '@penstock/core'
import { JavaRegex, parseReplacement } from '@penstock/regex'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { idSettings, needsValue } from '../documents/document-id.ts'
import { IndexFormat } from '../documents/index-format.ts'
import { type ConfigKey, problem } from './problem.ts'

type Config = ElasticsearchSinkConfig

/** All that is wrong at once; needs no server. */
export function routingProblems(config: Config): ConfigProblem[] {
  return [
    ...indexProblems(config),
    ...regexProblems(config),
    ...pipelineProblems(config),
    ...routingValueProblems(config),
    ...idProblems(config),
    ...scriptProblems(config),
  ]
}

function indexProblems(config: Config): ConfigProblem[] {
  const format = config['index.name.format']
  const dependent = (['index.name.missing', 'index.timestamp.field'] as const).filter((key) => config[key] !== '')
  if (format === '') {
    if (dependent.length === 0) return []
    return problem(dependent, `${dependent.join(' and ')} can not be set without index.name.format.`)
  }
  const names = new IndexFormat({
    format,
    missing: config['index.name.missing'],
    timestampField: config['index.timestamp.field'],
    timeZone: config['index.timezone'],
  })
  const problems: ConfigProblem[] = []
  if (config['index.timestamp.field'] !== '' && !names.timed) {
    problems.push(
      ...problem(
        ['index.timestamp.field', 'index.name.format'],
        'index.timestamp.field needs a time in index.name.format, as {+yyyy.MM.dd}.',
      ),
    )
  }
  if (config['behavior.on.null.values'] === 'delete' && (names.timed || names.needsValue)) {
    problems.push(
      ...problem(
        ['index.name.format', 'behavior.on.null.values'],
        `A record without a value can not say in which index its document is: index.name.format ${format} takes the index from ${names.needsValue ? 'fields of the value' : 'the time of each record'}, so behavior.on.null.values can not be delete.`,
      ),
    )
  }
  return problems
}

function regexProblems(config: Config): ConfigProblem[] {
  const pattern = config['index.topic.regex']
  const replacement = config['index.topic.replacement']
  const keys = ['index.topic.regex', 'index.topic.replacement'] as const
  if ((pattern === '') !== (replacement === '')) {
    return problem(keys, 'Both index.topic.regex and index.topic.replacement must be set, or neither.')
  }
  if (pattern === '') return []
  try {
    parseReplacement(replacement, new JavaRegex(pattern))
    return []
  } catch (error) {
    return problem(['index.topic.replacement'], `index.topic.replacement ${replacement}: ${messageOf(error)}`)
  }
}

function pipelineProblems(config: Config): ConfigProblem[] {
  const method = config['write.method']
  if (method === 'insert' || method === 'create') return []
  const keys = (['ingest.pipeline', 'topic.ingest.pipeline.map'] as const).filter((key) => config[key].length > 0)
  if (keys.length === 0) return []
  return problem(
    [...keys, 'write.method'],
    `Elasticsearch runs no ingest pipeline on updates: ${keys.join(' and ')} can not be set with write.method ${method}, only with insert and create.`,
  )
}

function routingValueProblems(config: Config): ConfigProblem[] {
  const problems: ConfigProblem[] = []
  const needed = { value: 'routing.type.record.value.path', header: 'routing.header' } as const
  for (const [type, key] of Object.entries(needed) as ['value' | 'header', (typeof needed)[keyof typeof needed]][]) {
    if ((config['routing.type'] === type) === (config[key] !== '')) continue
    problems.push(
      ...problem(['routing.type', key], `routing.type ${type} and ${key} go together: set both, or neither.`),
    )
  }
  if (config['routing.type'] === 'value' && config['behavior.on.null.values'] === 'delete') {
    problems.push(
      ...problem(
        ['routing.type', 'behavior.on.null.values'],
        'A record without a value has no routing value, so behavior.on.null.values can not be delete with routing.type value; use key or header.',
      ),
    )
  }
  return problems
}

function idProblems(config: Config): ConfigProblem[] {
  const source = config['document.id.source']
  const problems: ConfigProblem[] = []
  if ((source === 'header') !== (config['document.id.header'] !== '')) {
    problems.push(
      ...problem(
        ['document.id.source', 'document.id.header'],
        'document.id.source header and document.id.header go together: set both, or neither.',
      ),
    )
  }
  const hasFields = config['document.id.fields'].length > 0
  if (source === 'fields' ? !hasFields : hasFields && source !== 'hash') {
    problems.push(
      ...problem(
        ['document.id.source', 'document.id.fields'],
        'document.id.fields must be set with document.id.source fields, may be with hash, and not with any other.',
      ),
    )
  }
  if (source !== 'default') {
    const others: ConfigKey[] = []
    if (config['use.autogenerated.ids']) others.push('use.autogenerated.ids')
    if (config['topic.key.ignore'].length > 0) others.push('topic.key.ignore')
    if (source === 'key' && config['key.ignore']) others.push('key.ignore')
    if (others.length > 0) {
      problems.push(
        ...problem(
          ['document.id.source', ...others],
          `document.id.source ${source} and ${others.join(', ')} both say where ids come from; set one of them.`,
        ),
      )
    }
  }
  return problems.length > 0 ? problems : deletedIdProblems(config)
}

function deletedIdProblems(config: Config): ConfigProblem[] {
  const id = idSettings(config, null)
  if (config['behavior.on.null.values'] !== 'delete') return []
  if (!needsValue(id) && id.source !== 'content') return []
  return problem(
    ['document.id.source', 'behavior.on.null.values'],
    'A record without a value can not name its document when the id is made of the value, so behavior.on.null.values can not be delete; take the id from the key, fields of the key, or a header.',
  )
}

function scriptProblems(config: Config): ConfigProblem[] {
  const scripted = config['write.method'] === 'script'
  const hasSource = config['script.source'] !== ''
  const hasId = config['script.id'] !== ''
  if (!scripted) {
    const keys = (['script.source', 'script.id'] as const).filter((key) => config[key] !== '')
    if (keys.length === 0) return []
    return problem([...keys, 'write.method'], `${keys.join(' and ')} can only be set with write.method script.`)
  }
  const problems: ConfigProblem[] = []
  if (hasSource === hasId) {
    problems.push(
      ...problem(['script.source', 'script.id'], 'write.method script needs either script.source or script.id.'),
    )
  }
  if (config['script.scripted.upsert'] && !config['script.upsert']) {
    problems.push(
      ...problem(
        ['script.scripted.upsert', 'script.upsert'],
        'script.scripted.upsert creates missing documents, which script.upsert=false forbids.',
      ),
    )
  }
  return problems
}
