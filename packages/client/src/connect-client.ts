/** Kafka Connect's REST API, one method per endpoint. Bodies are declared in wire.ts. */
import { readEventStream } from './event-stream.ts'
import type {
  DeadLetterPage,
  DeadLetterQuery,
  Inspection,
  Preview,
  PreviewRequest,
  RedriveRequest,
  RedriveResult,
  VerifyRequest,
  VerifyResult,
} from './inspection-wire.ts'
import type { ClusterEvent, ConnectorMetrics, LogLine, LogQuery, WorkerInfo } from './operating-wire.ts'
import { type ConnectClientOptions, Transport } from './transport.ts'
import type {
  ConfigInfos,
  ConfigKeyInfo,
  ConnectorConfig,
  ConnectorInfo,
  ConnectorOffset,
  ConnectorOffsets,
  ConnectorStatus,
  CreateConnectorRequest,
  ExpandedConnector,
  Health,
  LoggerLevel,
  Message,
  PluginInfo,
  ServerInfo,
  TaskInfo,
  TaskStatus,
} from './wire.ts'

/**
 * Talks to any worker of a cluster; workers forward among themselves what only one of them may do.
 * Every method throws ConnectError for an error status. Nothing is retried but reaching another worker of `urls`.
 */
export class ConnectClient {
  readonly #transport: Transport

  constructor(options: ConnectClientOptions) {
    this.#transport = new Transport(options)
  }

  root(): Promise<ServerInfo> {
    return this.#transport.request('GET', '/')
  }

  /** Also a worker that starts or is unhealthy answers; only other answers throw. */
  async health(): Promise<Health> {
    const { status, body } = await this.#transport.exchange('GET', '/health')
    if (isHealth(body)) return body
    return { status: 'unhealthy', message: `HTTP ${status}` }
  }

  connectors(): Promise<string[]> {
    return this.#transport.request('GET', '/connectors')
  }

  expandedConnectors(...expand: ('info' | 'status' | 'metrics')[]): Promise<Record<string, ExpandedConnector>> {
    return this.#transport.request('GET', `/connectors?${expand.map((part) => `expand=${part}`).join('&')}`)
  }

  createConnector(request: CreateConnectorRequest): Promise<ConnectorInfo> {
    return this.#transport.request('POST', '/connectors', request)
  }

  connector(name: string): Promise<ConnectorInfo> {
    return this.#transport.request('GET', at(name))
  }

  config(name: string): Promise<ConnectorConfig> {
    return this.#transport.request('GET', at(name, 'config'))
  }

  /** Replaces the whole config; creates the connector where there is none. */
  putConfig(name: string, config: ConnectorConfig): Promise<ConnectorInfo> {
    return this.#transport.request('PUT', at(name, 'config'), config)
  }

  /** Sets these keys and removes those given as null. */
  patchConfig(name: string, changes: Record<string, string | null>): Promise<ConnectorInfo> {
    return this.#transport.request('PATCH', at(name, 'config'), changes)
  }

  deleteConnector(name: string): Promise<void> {
    return this.#transport.request('DELETE', at(name))
  }

  status(name: string): Promise<ConnectorStatus> {
    return this.#transport.request('GET', at(name, 'status'))
  }

  tasks(name: string): Promise<TaskInfo[]> {
    return this.#transport.request('GET', at(name, 'tasks'))
  }

  taskStatus(name: string, task: number): Promise<TaskStatus> {
    return this.#transport.request('GET', at(name, 'tasks', String(task), 'status'))
  }

  /** With a flag the answer is the plan, given at once; without, there is none and the connector has restarted. */
  restart(
    name: string,
    { includeTasks = false, onlyFailed = false }: { includeTasks?: boolean; onlyFailed?: boolean } = {},
  ): Promise<ConnectorStatus | undefined> {
    const flags = includeTasks || onlyFailed ? `?includeTasks=${includeTasks}&onlyFailed=${onlyFailed}` : ''
    return this.#transport.request('POST', `${at(name, 'restart')}${flags}`)
  }

  restartTask(name: string, task: number): Promise<void> {
    return this.#transport.request('POST', at(name, 'tasks', String(task), 'restart'))
  }

  pause(name: string): Promise<void> {
    return this.#transport.request('PUT', at(name, 'pause'))
  }

  resume(name: string): Promise<void> {
    return this.#transport.request('PUT', at(name, 'resume'))
  }

  stop(name: string): Promise<void> {
    return this.#transport.request('PUT', at(name, 'stop'))
  }

  /** The topics that the connector has used since its creation or the last reset. */
  async topics(name: string): Promise<string[]> {
    const answer = await this.#transport.request<Record<string, { topics: string[] }>>('GET', at(name, 'topics'))
    return answer[name]?.topics ?? []
  }

  resetTopics(name: string): Promise<void> {
    return this.#transport.request('PUT', at(name, 'topics', 'reset'))
  }

  /** Numbers beyond 2^53 lose their last digits. */
  offsets(name: string): Promise<ConnectorOffsets> {
    return this.#transport.request('GET', at(name, 'offsets'))
  }

  /** Only for a stopped connector. A sink's numbers may be texts, which keep every digit. */
  alterOffsets(name: string, offsets: ConnectorOffset[]): Promise<Message> {
    return this.#transport.request('PATCH', at(name, 'offsets'), { offsets })
  }

  /** Only for a stopped connector. */
  resetOffsets(name: string): Promise<Message> {
    return this.#transport.request('DELETE', at(name, 'offsets'))
  }

  /** What would become of the last records of a topic; nothing is written. */
  preview(name: string, request: PreviewRequest = {}): Promise<Preview> {
    return this.#transport.request('POST', at(name, 'preview'), request)
  }

  /** The same with the config of a connector that need not exist. */
  previewConfig(plugin: string, request: PreviewRequest): Promise<Preview> {
    return this.#transport.request('POST', `/connector-plugins/${encodeURIComponent(plugin)}/config/preview`, request)
  }

  /** Begins to look for each record where the sink has written it. */
  verify(name: string, request: VerifyRequest = {}): Promise<Inspection<VerifyResult>> {
    return this.#transport.request('POST', at(name, 'verify'), request)
  }

  verification(name: string): Promise<Inspection<VerifyResult>> {
    return this.#transport.request('GET', at(name, 'verify'))
  }

  cancelVerification(name: string): Promise<Inspection<VerifyResult>> {
    return this.#transport.request('DELETE', at(name, 'verify'))
  }

  /** Begins to write again what the last verification has listed as missing. */
  redriveGaps(name: string): Promise<Inspection<RedriveResult>> {
    return this.#transport.request('POST', at(name, 'verify', 'redrive'))
  }

  gapRedrive(name: string): Promise<Inspection<RedriveResult>> {
    return this.#transport.request('GET', at(name, 'verify', 'redrive'))
  }

  cancelGapRedrive(name: string): Promise<Inspection<RedriveResult>> {
    return this.#transport.request('DELETE', at(name, 'verify', 'redrive'))
  }

  deadLetters(name: string, query: DeadLetterQuery = {}): Promise<DeadLetterPage> {
    return this.#transport.request('GET', `${at(name, 'dlq')}?${parametersOf(query)}`)
  }

  /** Begins to take dead letters through the config again. */
  redriveDeadLetters(name: string, request: RedriveRequest = {}): Promise<Inspection<RedriveResult>> {
    return this.#transport.request('POST', at(name, 'dlq', 'redrive'), request)
  }

  deadLetterRedrive(name: string): Promise<Inspection<RedriveResult>> {
    return this.#transport.request('GET', at(name, 'dlq', 'redrive'))
  }

  cancelDeadLetterRedrive(name: string): Promise<Inspection<RedriveResult>> {
    return this.#transport.request('DELETE', at(name, 'dlq', 'redrive'))
  }

  plugins({ connectorsOnly = true }: { connectorsOnly?: boolean } = {}): Promise<PluginInfo[]> {
    return this.#transport.request('GET', `/connector-plugins?connectorsOnly=${connectorsOnly}`)
  }

  /** `version`: one version or a range of versions; the newest where not given. */
  pluginConfig(plugin: string, version?: string): Promise<ConfigKeyInfo[]> {
    const query = version === undefined ? '' : `?version=${encodeURIComponent(version)}`
    return this.#transport.request('GET', `/connector-plugins/${encodeURIComponent(plugin)}/config${query}`)
  }

  /**
   * Answers with the errors of each key; throws only where the plugin itself can't be told. With `connector`, `config` holds
   * changes to the config of that connector, as for `patchConfig`; workers of Kafka Connect don't know that.
   */
  validate(
    plugin: string,
    config: Record<string, string | null>,
    { connector }: { connector?: string } = {},
  ): Promise<ConfigInfos> {
    const query = connector === undefined ? '' : `?connector=${encodeURIComponent(connector)}`
    return this.#transport.request(
      'PUT',
      `/connector-plugins/${encodeURIComponent(plugin)}/config/validate${query}`,
      config,
    )
  }

  loggers(): Promise<Record<string, LoggerLevel>> {
    return this.#transport.request('GET', '/admin/loggers')
  }

  logger(name: string): Promise<LoggerLevel> {
    return this.#transport.request('GET', `/admin/loggers/${encodeURIComponent(name)}`)
  }

  /** Every worker of the group, also those that do not answer. */
  workers(): Promise<WorkerInfo[]> {
    return this.#transport.request('GET', '/workers')
  }

  metrics(name: string): Promise<ConnectorMetrics> {
    return this.#transport.request('GET', at(name, 'metrics'))
  }

  /**
   * What happens in the cluster from now on. Ends when the worker ends it, and throws when the connection fails or
   * `signal` aborts; whoever reads on makes a new one and asks anew for how things stand.
   */
  async *events(signal?: AbortSignal): AsyncGenerator<ClusterEvent> {
    for await (const { event, data } of readEventStream(await this.#transport.stream('/events', signal))) {
      yield { event, data: JSON.parse(data) } as ClusterEvent
    }
  }

  /** The latest entries of a worker's log, the oldest first. */
  async logs(query: LogQuery = {}): Promise<LogLine[]> {
    const text = await this.#transport.text(`/logs?${parametersOf(query)}`)
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as LogLine]))
  }

  /** The same, and then what is logged from now on; ends as {@link events} does. */
  async *followLogs(query: LogQuery = {}, signal?: AbortSignal): AsyncGenerator<LogLine> {
    const path = `/logs?${parametersOf({ ...query, follow: true })}`
    for await (const { data } of readEventStream(await this.#transport.stream(path, signal))) {
      yield JSON.parse(data) as LogLine
    }
  }

  /** The loggers whose level changed; nothing for the scope `cluster`, where every worker changes its own. */
  setLogger(name: string, level: string, scope: 'worker' | 'cluster' = 'worker'): Promise<string[] | undefined> {
    return this.#transport.request('PUT', `/admin/loggers/${encodeURIComponent(name)}?scope=${scope}`, { level })
  }
}

function at(name: string, ...rest: string[]): string {
  return ['/connectors', encodeURIComponent(name), ...rest].join('/')
}

function parametersOf(query: object): URLSearchParams {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) if (value !== undefined) parameters.set(key, String(value))
  return parameters
}

function isHealth(body: unknown): body is Health {
  return typeof body === 'object' && body !== null && 'status' in body && 'message' in body
}
