import { parseLogLevel } from '../telemetry/log-levels.ts'
import { readLevel } from './bodies.ts'
import { RestError } from './errors.ts'
import type { Route } from './route.ts'
import { loggerToWire } from './wire.ts'

/** What is logged: `/admin/loggers`. Served on the admin listeners where there are some. */
export const loggersRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/admin/loggers',
    summary: 'The loggers of this worker with their levels.',
    answers: { 200: 'Loggers' },
    handle: async (_request, { herder }) => ({
      status: 200,
      body: Object.fromEntries(herder.loggers.list().map((logger) => [logger.name, loggerToWire(logger)])),
    }),
  },
  {
    method: 'get',
    path: '/admin/loggers/{logger}',
    summary: 'Level of a logger of this worker; `root` is above all.',
    answers: { 200: 'LoggerLevel', 404: 'Error' },
    handle: async (request, { herder }) => {
      const name = request.param('logger')
      const logger = herder.loggers.list().find((candidate) => candidate.name === name)
      if (logger === undefined) throw new RestError(404, `Logger ${name} not found.`)
      return { status: 200, body: loggerToWire(logger) }
    },
  },
  {
    method: 'put',
    path: '/admin/loggers/{logger}',
    summary: 'Sets the level of a logger and of those below it.',
    query: {
      scope: {
        description: '`worker`: this worker, which answers the loggers that changed. `cluster`: every worker.',
        schema: { type: 'string', default: 'worker' },
      },
    },
    body: 'LevelRequest',
    answers: { 200: 'LoggerNames', 204: null, 400: 'Error', 404: 'Error' },
    handle: async (request, { herder }) => {
      const name = request.param('logger')
      const text = readLevel(request.body)
      if (text === null) throw new RestError(400, "Desired 'level' parameter was not specified in request.")
      const level = parseLogLevel(text)
      if (level === undefined) throw new RestError(404, `invalid log level '${text}'.`)
      if (request.query.get('scope')?.toLowerCase() !== 'cluster') {
        return { status: 200, body: herder.loggers.set(name, level) }
      }
      await herder.loggers.setEverywhere(name, level)
      return { status: 204 }
    },
  },
]
