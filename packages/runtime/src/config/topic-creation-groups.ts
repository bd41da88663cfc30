/** The `topic.creation.*` keys of a source connector: which topics are created with which settings (KIP-158). */
import type { ConfigProblem, RawConfig } from '@penstock/core'
import { withoutPrefix } from './prefix.ts'
import { compileTopicsRegex } from './topics-regex.ts'

export interface TopicCreationGroup {
  readonly name: string
  readonly partitions: number
  readonly replicationFactor: number
  /** Further keys of the group are settings of the topic. */
  readonly config: Readonly<Record<string, string>>
  matches(topic: string): boolean
}

const prefix = 'topic.creation.'
const defaultGroup = 'default'
const ownKeys: readonly string[] = ['include', 'exclude', 'partitions', 'replication.factor']

/** True when a connector says anything of topic creation; otherwise the brokers create topics, if they do. */
export function createsTopics(raw: RawConfig): boolean {
  return Object.keys(raw).some((key) => key.startsWith(prefix))
}

/** The connector's groups in the order in which they are tried, the default group last. Call after {@link topicCreationProblems}. */
export function topicCreationGroups(raw: RawConfig): TopicCreationGroup[] {
  const fallback = withoutPrefix(raw, `${prefix}${defaultGroup}.`)
  return [...groupNames(raw), defaultGroup].map((name) => {
    const own = withoutPrefix(raw, `${prefix}${name}.`)
    const isDefault = name === defaultGroup
    const include = patterns(own.include).map(compileTopicsRegex)
    const exclude = patterns(own.exclude).map(compileTopicsRegex)
    const config = Object.entries(own).filter(([key, value]) => !ownKeys.includes(key) && value !== null)
    return {
      name,
      partitions: Number(own.partitions ?? fallback.partitions),
      replicationFactor: Number(own['replication.factor'] ?? fallback['replication.factor']),
      config: Object.fromEntries(config) as Record<string, string>,
      matches: (topic) =>
        isDefault || (include.some((regex) => regex.test(topic)) && !exclude.some((regex) => regex.test(topic))),
    }
  })
}

/** Everything that is wrong with the groups, each problem naming its key. */
export function topicCreationProblems(raw: RawConfig): ConfigProblem[] {
  if (!createsTopics(raw)) return []
  const problems: ConfigProblem[] = []
  const names = groupNames(raw)
  if (new Set(names).size !== names.length) {
    problems.push({ key: 'topic.creation.groups', message: 'Duplicate alias provided.' })
  }
  for (const name of [defaultGroup, ...names]) {
    const isDefault = name === defaultGroup
    const own = withoutPrefix(raw, `${prefix}${name}.`)
    for (const key of ['partitions', 'replication.factor'] as const) {
      const problem = sizeProblem(`${prefix}${name}.${key}`, own[key], isDefault)
      if (problem !== null) problems.push(problem)
    }
    if (isDefault) continue
    if (patterns(own.include).length === 0) {
      const key = `${prefix}${name}.include`
      problems.push({ key, message: `Missing required configuration "${key}" which has no default value.` })
    }
    for (const key of ['include', 'exclude'] as const) {
      problems.push(...regexProblems(`${prefix}${name}.${key}`, own[key]))
    }
  }
  return problems
}

function groupNames(raw: RawConfig): string[] {
  return patterns(raw['topic.creation.groups']).filter((name) => name !== defaultGroup)
}

function patterns(list: string | null | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

/** -1 asks for the broker's default. */
function sizeProblem(key: string, text: string | null | undefined, required: boolean): ConfigProblem | null {
  if (text === undefined || text === null) {
    if (!required) return null
    return { key, message: `Missing required configuration "${key}" which has no default value.` }
  }
  const value = Number(text.trim())
  if (/^-?\d+$/.test(text.trim()) && (value === -1 || value >= 1)) return null
  const what = key.endsWith('partitions') ? 'Number of partitions' : 'Replication factor'
  return {
    key,
    message: `Invalid value ${text} for configuration ${key}: ${what} must be positive, or -1 to use the broker's default`,
  }
}

function regexProblems(key: string, list: string | null | undefined): ConfigProblem[] {
  return patterns(list).flatMap((pattern) => {
    try {
      compileTopicsRegex(pattern)
      return []
    } catch {
      return [{ key, message: `Invalid value ${pattern} for configuration ${key}: Invalid regex` }]
    }
  })
}
