import { key } from '@penstock/core'

/** The keys of the processes that run plugin code, and of the policy that restarts what fails there. */
export const executorKeys = {
  'executor.processes': key.int({
    default: null,
    min: 0,
    importance: 'medium',
    doc: 'Most processes that run connectors and tasks; by default one for each core. They start when tasks need them. 0 runs everything in the worker’s own process, without isolation.',
  }),
  'executor.idle.timeout.ms': key.int({
    default: 10000,
    min: 0,
    importance: 'low',
    doc: 'An executor that has had nothing to do for so long ends, and starts again when it is needed. While the group has any connector, each worker keeps one: what comes to it need not wait.',
  }),
  'executor.unresponsive.timeout.ms': key.int({
    default: 30000,
    min: 1000,
    importance: 'low',
    doc: 'An executor that answers nothing for so long is killed and its work started on a fresh one.',
  }),
  'executor.heap.max.mb': key.int({
    default: 512,
    min: 32,
    importance: 'medium',
    doc: 'Limit of the JavaScript heap of one executor, in MiB; buffers come on top. An executor that needs more dies, and only its own tasks with it.',
  }),
  'executor.orphan.timeout.ms': key.long({
    default: 300,
    min: 0,
    importance: 'low',
    doc: 'How long the executors of a worker whose process has died let their tasks write out and commit what they hold. Then the others take over, and what was not committed comes again.',
  }),
  'executor.start.timeout.ms': key.int({
    default: 30000,
    min: 1000,
    importance: 'low',
    doc: 'How long an executor may take to load the plugins.',
  }),
  'errors.restart.max.attempts': key.int({
    default: 10,
    min: -1,
    importance: 'medium',
    doc: 'How often connectors and tasks are restarted after their executor died, within `errors.restart.window.ms`; -1 without limit, 0 never. A connector may set its own.',
  }),
  'errors.restart.backoff.ms': key.long({
    default: 1000,
    min: 0,
    importance: 'low',
    doc: 'Wait before a restart; doubles with each further one. The first after the death of an executor is at once. An executor that can’t start is tried again after the same waits.',
  }),
  'errors.restart.backoff.max.ms': key.long({
    default: 60000,
    min: 0,
    importance: 'low',
    doc: 'Longest wait before a restart.',
  }),
  'errors.restart.window.ms': key.long({
    default: 600000,
    min: 1,
    importance: 'low',
    doc: 'Restarts longer ago than this no longer count.',
  }),
}

/** The keys of logging. */
export const logKeys = {
  'log.format': key.oneOf(['json', 'text'], {
    default: 'text',
    importance: 'low',
    doc: 'One JSON object a line, or text.',
  }),
  'log.level': key.oneOf(['off', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'], {
    default: 'info',
    importance: 'low',
    doc: 'Least important level that is logged.',
  }),
  'log.levels': key.list({
    default: [],
    importance: 'low',
    doc: 'Levels of single loggers: `group=debug,rest=warn`.',
    check: (items) => {
      const wrong = items.find((item) => !/^[^=\s]+=(off|fatal|error|warn|info|debug|trace)$/i.test(item))
      return wrong === undefined ? undefined : `"${wrong}" must read logger=level`
    },
  }),
  'log.kept.lines': key.int({
    default: 1000,
    min: 0,
    importance: 'low',
    doc: 'How many of the latest lines a worker keeps in memory for `/logs`, at most 4 MB of them; 0 for none.',
  }),
}
