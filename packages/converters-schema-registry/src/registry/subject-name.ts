/** Which subject of the registry the schemas of a topic belong to. */
import { DataError } from '@penstock/core'

const strategies = ['TopicNameStrategy', 'RecordNameStrategy', 'TopicRecordNameStrategy'] as const
export type SubjectNameStrategy = (typeof strategies)[number]

const javaPackage = 'io.confluent.kafka.serializers.subject.'

export function subjectNameStrategyProblem(name: string): string | undefined {
  return strategyOf(name) === undefined ? `expected one of ${strategies.join(', ')}` : undefined
}

/** By short or Java class name. */
export function strategyOf(name: string): SubjectNameStrategy | undefined {
  const short = name.startsWith(javaPackage) ? name.slice(javaPackage.length) : name
  return strategies.find((strategy) => strategy === short)
}

/** `recordName` is null for schemas that have no name, which only TopicNameStrategy can do without. */
export function subjectName(
  strategy: SubjectNameStrategy,
  topic: string,
  usage: 'key' | 'value',
  recordName: string | null,
): string {
  if (strategy === 'TopicNameStrategy') return `${topic}-${usage}`
  if (recordName === null) {
    throw new DataError(
      'schema_registry.no_record_name',
      `${usage}.subject.name.strategy=${strategy} needs a schema with a name, and this ${usage}'s has none; name it (transformation SetSchemaMetadata) or use TopicNameStrategy`,
    )
  }
  return strategy === 'RecordNameStrategy' ? recordName : `${topic}-${recordName}`
}
