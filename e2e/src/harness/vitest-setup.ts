/** After a test: servers that it left stopped or paused run again; if it failed, the end of its workers' logs and the notes are shown. */
import { afterEach } from 'vitest'
import { failureNotes } from './failure-notes.ts'
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
  const notes = failureNotes.splice(0)
  if (task.result?.state !== 'fail') return
  for (const worker of workers) console.error(`\n--- ${await worker.tail()}`)
  for (const note of notes) console.error(`\n--- ${note()}`)
}, 180_000)
