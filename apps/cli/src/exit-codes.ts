/** What the program ends with; the help and the README list them from here. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  unreachable: 5,
  different: 6,
  invalid: 7,
  refused: 8,
  timedOut: 9,
  unsupported: 10,
  interrupted: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const meanings: { readonly [Name in keyof typeof exitCodes]: string } = {
  ok: 'done; for apply also when nothing had to be changed',
  failed: 'the request failed, or a check found a problem',
  usage: 'wrong command line, context or local file',
  notFound: 'no such connector, task, plugin or logger',
  conflict: 'it exists already, is in the wrong state, or the workers still rebalance after --retry-timeout',
  unreachable: 'no worker can be reached, or none answers in time',
  different: 'diff found differences, or verify found records missing, twice or failed',
  invalid: 'a connector config is invalid; every problem was printed',
  refused: 'the worker refused the credentials (401) or the role is too small (403)',
  timedOut: 'wait waited in vain',
  unsupported: 'the worker has no such resource: an older Kafka Connect, or one on the JVM',
  interrupted: 'Ctrl-C',
}

/** The codes with their meanings, in order. */
export const exitCodeTable: readonly (readonly [code: number, meaning: string])[] = Object.entries(exitCodes).map(
  ([name, code]) => [code, meanings[name as keyof typeof exitCodes]],
)
