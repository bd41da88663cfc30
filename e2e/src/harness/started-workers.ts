import type { WorkerProcess } from './worker-process.ts'

/** The workers of the test that runs, so that the end of their logs can be shown if it fails. */
export const startedWorkers: WorkerProcess[] = []
