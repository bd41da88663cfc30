/** Shows the end of the workers' logs after a test that failed. */
import { afterEach } from 'vitest'
import { startedWorkers } from './started-workers.ts'

afterEach(async ({ task }) => {
  const workers = startedWorkers.splice(0)
  if (task.result?.state !== 'fail') return
  for (const worker of workers) console.error(`\n--- ${await worker.tail()}`)
})
