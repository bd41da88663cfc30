export { converterSuite, pluginSuite, predicateSuite, type SuiteCase, transformationSuite } from './plugin-suite.ts'
export { type SinkRecordFields, sinkRecord } from './records.ts'
export { type FakeSinkTaskContext, fakeSinkTaskContext } from './sink-task-context.ts'
