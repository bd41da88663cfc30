/** After a test: servers that it left stopped or paused run again; if it failed, the end of its workers' logs is shown. */
import { afterEach } from 'vitest'
import { stack } from './stack-env.ts'
import { startedWorkers } from './started-workers.ts'

afterEach(async ({ task }) => {
  for (const server of await stack.controllable()) {
    await stack.control(server, 'resume')
    await stack.control(server, 'start')
  }
  // Those that still run serve the file's next test.
  const workers = startedWorkers.splice(0)
  startedWorkers.push(...workers.filter(({ exit }) => !exit))
  if (task.result?.state !== 'fail') return
  for (const worker of workers) console.error(`\n--- ${await worker.tail()}`)
}, 180_000)
