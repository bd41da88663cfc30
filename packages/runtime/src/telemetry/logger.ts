/**
 * Logs of the worker and its executors: one stream, standard output; winston carries the lines there. What a line looks
 * like is in `log-format.ts`, what is hidden in `log-values.ts`, which lines are written in `log-levels.ts`.
 */
import type { Clock, Logger } from '@penstock/core'
import winston from 'winston'
import { formatLine, type LogEntry, type LogFormat } from './log-format.ts'
import { type LoggerLevel, type LogLevel, LogLevels, logLevels } from './log-levels.ts'
import type { KeptLine } from './log-ring.ts'
import type { Redactor } from './redactor.ts'

export interface LoggerOptions {
  /** `log.format` */
  readonly format: LogFormat
  /** `log.level` */
  readonly level: LogLevel
  /** `log.levels`: entries `name=level`; a name stands for the loggers below it too (`herder`, `herder.rebalance`). */
  readonly levels: readonly string[]
  /** On every line: `worker` (host:port), `executor` (number). */
  readonly context?: Readonly<Record<string, unknown>>
  /** Takes known secrets out of the lines. */
  readonly redactor?: Redactor
  /** Instead of standard output. */
  readonly stream?: NodeJS.WritableStream
  readonly clock?: Clock
  /** Given each line as JSON, whatever the format of the log is. */
  readonly onLine?: (line: KeptLine) => void
  /** Told the name of each logger that comes up. */
  readonly onNewLogger?: (name: string) => void
}

export interface LoggerFactory {
  /**
   * A logger with a dotted name. `context` is added to each of its lines; `connector` and `task` stand in front of the
   * message. Its methods never throw, whatever they are given.
   */
  child(name: string, context?: Readonly<Record<string, unknown>>): Logger
  /** Adds to the context of all loggers, also of those that exist: the worker's id is known only once it listens. */
  addContext(context: Readonly<Record<string, unknown>>): void
  /** Adds to each line what this tells at its time, such as the span that is being worked on. */
  correlate(read: () => Readonly<Record<string, unknown>> | null): void
  /** Keeps a name in {@link levels}: a logger of that name exists elsewhere, in an executor. */
  note(name: string): void
  /** Sets the level of a logger and of those below it (`root`: of all) from now on; returns the names that changed. */
  setLevel(name: string, level: LogLevel): string[]
  levelOf(name: string): LogLevel
  /** Every logger made so far or named in `log.levels`, and `root`. */
  levels(): LoggerLevel[]
}

/** Makes loggers. Nothing is written to standard error, warnings and errors neither. */
export function createLogger(options: LoggerOptions): LoggerFactory {
  const levels = new LogLevels(options.level, options.levels, options.onNewLogger)
  const clock = options.clock ?? { now: () => Date.now() }
  const write = lineWriter(options.stream)
  const redact = (text: string): string => options.redactor?.redact(text) ?? text
  let shared: Readonly<Record<string, unknown>> = { ...options.context }
  let correlated: () => Readonly<Record<string, unknown>> | null = () => null

  return {
    child(name, context = {}) {
      const threshold = levels.of(name)
      const log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>): void => {
        if (!threshold.allows(level)) return
        const entry = {
          timestamp: new Date(clock.now()),
          level,
          logger: name,
          context: { ...shared, ...context, ...correlated() },
        }
        const whole: LogEntry = { ...entry, message, fields: fields ?? {} }
        const text = line(whole, options.format, redact)
        write(level, text)
        if (options.onLine === undefined) return
        const { connector } = whole.context
        options.onLine({
          level,
          connector: typeof connector === 'string' ? connector : null,
          line: options.format === 'json' ? text : line(whole, 'json', redact),
        })
      }
      return {
        error: (message, fields) => log('error', message, fields),
        warn: (message, fields) => log('warn', message, fields),
        info: (message, fields) => log('info', message, fields),
        debug: (message, fields) => log('debug', message, fields),
      }
    },
    addContext(context) {
      shared = { ...shared, ...context }
    },
    correlate(read) {
      correlated = read
    },
    note: (name) => void levels.of(name),
    setLevel: (name, level) => levels.set(name, level, clock.now()),
    levelOf: (name) => levels.levelOf(name),
    levels: () => levels.list(),
  }
}

/** A line that can't be made with its fields is still written without them. */
function line(entry: LogEntry, format: LogFormat, redact: (text: string) => string): string {
  try {
    return formatLine(entry, format, redact)
  } catch {
    return formatLine(
      {
        ...entry,
        message: `${typeof entry.message === 'string' ? entry.message : '?'} (its fields can't be shown)`,
        fields: {},
      },
      format,
      redact,
    )
  }
}

type Write = (level: LogLevel, line: string) => void

/** Where winston's transports look for the finished line. */
const finishedLine = Symbol.for('message')

function lineWriter(stream: NodeJS.WritableStream | undefined): Write {
  surviveLostReader(stream ?? process.stdout)
  const logger = winston.createLogger({
    levels: Object.fromEntries(logLevels.map((level, index) => [level, index])),
    level: 'trace', // the thresholds have decided before
    format: { transform: (info) => ({ ...info, [finishedLine]: info.message }) },
    transports: [
      stream === undefined ? new winston.transports.Console() : new winston.transports.Stream({ stream, eol: '\n' }),
    ],
    exitOnError: false,
  })
  logger.on('error', () => {})
  return (level, message) => {
    try {
      logger.log({ level, message })
    } catch {
      // There is nowhere left to say it.
    }
  }
}

const watched = new WeakSet<NodeJS.WritableStream>()

/** A reader that goes away (`penstock-worker | head`) must not end the worker; its lines are lost. */
function surviveLostReader(stream: NodeJS.WritableStream): void {
  if (watched.has(stream)) return
  watched.add(stream)
  stream.on('error', () => {})
}
