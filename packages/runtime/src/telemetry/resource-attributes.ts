/** Who tells something, as OpenTelemetry's conventions and Kafka's metrics context name it. */
export interface ResourceParts {
  /** `group.id`; null for a standalone worker. */
  readonly groupId: string | null
  /** `host:port` */
  readonly workerId: string
  readonly kafkaClusterId?: string | null
  readonly version?: string
  readonly commit?: string
  /** `metrics.context.…` of the worker, without the prefix: told of it with each metric and trace. */
  readonly context?: Readonly<Record<string, string | null>>
  /** Number of the executor. */
  readonly executor?: number
}

export function resourceAttributes(parts: ResourceParts): Record<string, string> {
  const { groupId, workerId, kafkaClusterId = null, version, commit, context = {}, executor } = parts
  const told = Object.entries(context).filter((entry): entry is [string, string] => entry[1] !== null)
  return {
    ...Object.fromEntries(told),
    'service.name': 'penstock',
    'service.instance.id': workerId,
    ...(version === undefined ? {} : { 'service.version': version }),
    ...(commit === undefined ? {} : { 'vcs.ref.head.revision': commit }),
    ...(executor === undefined ? {} : { 'penstock.executor': String(executor) }),
    ...(groupId === null ? {} : { 'connect.group.id': groupId }),
    ...(kafkaClusterId === null ? {} : { 'connect.kafka.cluster.id': kafkaClusterId }),
  }
}
