/** Runs a worker. Start reading at {@link startWorker}. @module */
export { mergeEnvironment } from './config/environment.ts'
export { readConnectorFiles } from './connector-files.ts'
export type { InitialConnector } from './herder/standalone-herder.ts'
export { startWorker, type Worker, type WorkerOptions, type WorkerRole } from './worker.ts'
