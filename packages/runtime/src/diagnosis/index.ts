/** Looks at what a worker needs before it is started, or when it does not start. Start reading at {@link diagnoseWorker}. @module */
export { mergeEnvironment } from '../config/environment.ts'
export { type DiagnosisOptions, diagnoseWorker } from './diagnose-worker.ts'
export type { Finding, FindingStatus } from './finding.ts'
