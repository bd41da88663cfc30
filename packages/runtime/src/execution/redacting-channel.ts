import type { TaskMetrics } from '../telemetry/figures.ts'
import type { Redactor } from '../telemetry/redactor.ts'
import type { ExecutorChannel, Report } from './ipc.ts'
import { shortened } from './shortened.ts'

/** Of a note, which is sent each second. Cut only once secrets are out: half of one would not be found any more. */
const maxNoteLength = 1_000

/**
 * An executor's end of the channel that lets no secret out in a text: what went wrong here is written into statuses,
 * answers and logs over there. Configurations pass as they are: they hold variables, never what those stand for.
 */
export function redactingChannel(channel: ExecutorChannel, redactor: Redactor): ExecutorChannel {
  return { ...channel, send: (report) => channel.send(redacted(report, redactor)) }
}

function redacted(report: Report, redactor: Redactor): Report {
  if (report.kind === 'reply') {
    if (report.error === null) return report
    const { message, trace } = report.error
    return { ...report, error: { ...report.error, message: redactor.redact(message), trace: redactor.redact(trace) } }
  }
  if (report.kind === 'metrics') return { ...report, tasks: report.tasks.map((task) => withoutSecrets(task, redactor)) }
  if ('trace' in report && report.trace !== null) return { ...report, trace: redactor.redact(report.trace) }
  return report
}

function withoutSecrets(task: TaskMetrics, redactor: Redactor): TaskMetrics {
  const { holding, lastError } = task.notes
  if (holding === null && lastError === null) return task
  const note = (text: string): string => shortened(redactor.redact(text), maxNoteLength)
  return {
    ...task,
    notes: {
      ...task.notes,
      holding: holding === null ? null : note(holding),
      lastError: lastError === null ? null : { ...lastError, message: note(lastError.message) },
    },
  }
}
