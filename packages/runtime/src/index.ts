/** Runs a worker. Start reading at {@link startWorker}. @module */
export { mergeEnvironment } from './config/environment.ts'
export { startWorker, type Worker, type WorkerOptions } from './worker.ts'
