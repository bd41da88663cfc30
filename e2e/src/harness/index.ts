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
export { comparableText, exactText, parseExactly } from './exact-json.ts'
export { FaultProxy, type FaultScope, faultProxy } from './fault-proxy.ts'
export { type Differences, type HoldsExactlyOptions, type IndexDocument, IndexView } from './index-view.ts'
export {
  idOf,
  type ProduceOptions,
  produceRecords,
  type RecordToProduce,
  readRecords,
  type StoredRecord,
  sampleRecord,
} from './records.ts'
export { stack } from './stack-env.ts'
export { NotYet, type UntilOptions, until } from './until.ts'
export { type WorkerOptions, WorkerProcess } from './worker-process.ts'
