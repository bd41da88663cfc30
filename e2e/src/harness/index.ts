/** What end-to-end tests, the demo and the benchmarks are written with. Start reading at {@link startCluster}. @module */
export {
  Cluster,
  type ClusterOptions,
  DeadLetters,
  freshName,
  type RunningOptions,
  startCluster,
  type TopicOptions,
} from './cluster.ts'
export { ConsumerGroup, type GroupMember } from './consumer-group.ts'
export { findDebianProgram } from './debian-program.ts'
export { deleteTopics } from './delete-topics.ts'
export { comparableText, exactText, parseExactly } from './exact-json.ts'
export { FaultProxy, type FaultProxyOptions, type FaultScope, faultProxy } from './fault-proxy.ts'
export { type Differences, type HoldsExactlyOptions, type IndexDocument, IndexView } from './index-view.ts'
export { InstalledTemplate } from './installed-template.ts'
export { findJvmConnect, type JvmConnect, JvmWorker, type JvmWorkerOptions, startJvmWorker } from './jvm-connect.ts'
export { Load, type LoadOptions } from './load.ts'
export { LoadedSink, type LoadedSinkOptions, type Told } from './loaded-sink.ts'
export { MisbehavingPlugin, type Misbehavior } from './misbehaving-plugin.ts'
export { OpenSearch, startOpenSearch } from './opensearch.ts'
export { OtlpReceiver, type ReceivedPoint, type ReceivedSpan } from './otlp-receiver.ts'
export { type CliResult, PenstockCli } from './penstock-cli.ts'
export { Prometheus, type PrometheusOptions, rulesFolder, startPrometheus } from './prometheus.ts'
export {
  endsOf,
  idOf,
  type ProduceOptions,
  produceRecords,
  type RecordToProduce,
  readRecords,
  type StoredRecord,
  sampleRecord,
} from './records.ts'
export { SchemaRegistry, startSchemaRegistry } from './schema-registry.ts'
export { stack } from './stack-env.ts'
export { NotYet, type UntilOptions, until } from './until.ts'
export { untilEnded } from './until-ended.ts'
export { Watch } from './watch.ts'
export { type RestAccess, type WorkerOptions, WorkerProcess } from './worker-process.ts'
