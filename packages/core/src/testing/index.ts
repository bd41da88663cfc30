export { fakeSinkTaskContext, type FakeSinkTaskContext } from './sink-task-context.ts'
export { sinkRecord, type SinkRecordFields } from './records.ts'
