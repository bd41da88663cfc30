import { BadRequestError } from '../herder/errors.ts'
import type { LogControl, LogQuestion } from '../herder/herder.ts'
import { parseLogLevel } from '../telemetry/log-levels.ts'
import type { Answer, RestRequest, Route } from './route.ts'
import type { StreamFormat } from './streams.ts'

const defaultLines = 200

/** What a worker has logged lately: `/logs`. Not of Kafka Connect. */
export const logsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/logs',
    summary: 'The latest lines of the log of a worker and its executors, as JSON, one on each line.',
    role: 'operate',
    produces: ['application/x-ndjson', 'text/event-stream'],
    query: {
      worker: { description: '`host:port`; by default the worker that is asked.', schema: { type: 'string' } },
      lines: { description: 'How many at most.', schema: { type: 'integer', default: defaultLines } },
      level: { description: 'The least important level that is wanted.', schema: { type: 'string', default: 'ALL' } },
      connector: { description: 'Only lines of this connector and its tasks.', schema: { type: 'string' } },
      follow: {
        description:
          'Server-sent events that go on with what is logged from now on, as with `Accept: text/event-stream`.',
        schema: { type: 'boolean', default: false },
      },
    },
    answers: { 200: 'LogLines', 400: 'Error', 404: 'Error', 503: 'Error' },
    handle: async (request, { herder }) => {
      const { query } = request
      const question = readQuestion(query)
      const follow = query.get('follow')?.toLowerCase() === 'true' || prefersEvents(request)
      const worker = query.get('worker')
      if (follow) return followed(herder.logs, worker, question, 'text/event-stream')
      return linesAnswer(await herder.logs.recent(worker, question))
    },
  },
]

export function linesAnswer(lines: readonly string[]): Answer {
  return { status: 200, text: { type: 'application/x-ndjson', text: lines.map((line) => `${line}\n`).join('') } }
}

/** The lines so far and those that come. */
export async function followed(
  logs: Pick<LogControl, 'follow'>,
  worker: string | null,
  question: LogQuestion,
  format: StreamFormat,
): Promise<Answer> {
  const { begin, discard } = await logs.follow(worker, question)
  return {
    status: 200,
    stream: {
      format,
      start: (sink) =>
        begin(
          (line) => sink.send('log', line),
          () => sink.end(),
        ),
      discard,
    },
  }
}

function prefersEvents(request: RestRequest): boolean {
  return /^\s*text\/event-stream\b/.test(request.header('Accept') ?? '')
}

function readQuestion(query: URLSearchParams): LogQuestion {
  const lines = query.get('lines') ?? String(defaultLines)
  if (!/^\d{1,9}$/.test(lines)) throw wrong('lines', lines, 'a number of lines, 0 or more')
  const text = query.get('level') ?? 'all'
  const level = parseLogLevel(text)
  if (level === undefined) throw wrong('level', text, 'one of FATAL, ERROR, WARN, INFO, DEBUG, TRACE, ALL')
  return { lines: Number(lines), level, connector: query.get('connector') }
}

function wrong(name: string, value: string, expected: string): BadRequestError {
  return new BadRequestError('rest.bad_parameter', `The parameter ${name} is "${value}", but must be ${expected}`)
}
