import { within } from '../time/within.ts'
import type { Health } from './herder.ts'
import type { JobQueue } from './job-queue.ts'

const timeoutMs = 10_000

/** Whether the herder gets to its jobs. `starting` says what a worker that has not started yet is waiting for, or is null. */
export async function herderHealth(jobs: JobQueue, starting: () => string | null): Promise<Health> {
  const answered = jobs.run('answering a health check', () => true)
  const inTime = await within(timeoutMs, answered, () => false)
  const busy = jobs.current()
  const stage = busy ? ` The worker is ${busy.name} since ${new Date(busy.since).toISOString()}.` : ''
  const waiting = starting()
  if (waiting !== null) {
    return { status: 'starting', message: `Worker is still starting up.${stage || ` ${waiting}`}` }
  }
  if (inTime) return { status: 'healthy', message: 'Worker has completed startup and is ready to handle requests.' }
  return {
    status: 'unhealthy',
    message: `Worker was unable to handle this request and may be unable to handle other requests.${stage}`,
  }
}

/** What keeps the herder busy and since when; null when idle. */
export function herderActivity(jobs: JobQueue): string | null {
  const job = jobs.current()
  return job === null ? null : `${job.name}, which began at ${new Date(job.since).toISOString()}`
}
