export const helpText = `Usage: penstock-worker distributed [worker.properties]

Runs a worker of a Kafka Connect cluster: workers with the same group.id share connectors and tasks.

Arguments:
  distributed           workers coordinate through Kafka
  worker.properties     Kafka Connect's own worker file; without one, everything comes from the environment

Environment:
  CONNECT_*, PENSTOCK_* worker keys as in Kafka Connect's images: CONNECT_GROUP_ID is group.id; _ stands for a dot,
                        __ for an underscore, ___ for a dash. They override the file, PENSTOCK_ overrides CONNECT_
  KAFKA_BOOTSTRAP_SERVERS  used when neither file nor environment sets bootstrap.servers
  PENSTOCK_NODE         the Node.js to run with

Exit codes: 0 stopped in order, 1 the worker failed, 2 wrong command line or configuration
`

export type CommandLine =
  | { readonly kind: 'help' }
  | { readonly kind: 'distributed'; readonly propertiesFile: string | null }

/** Something is wrong with what was typed. */
export class UsageError extends Error {}

/** Reads the arguments. Throws UsageError. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [mode, file, ...rest] = args
  if (mode === undefined || mode === '--help' || mode === '-h' || mode === 'help' || args.includes('--help'))
    return { kind: 'help' }
  if (mode !== 'distributed')
    throw new UsageError(`unknown mode "${mode}", expected "distributed"; see penstock-worker --help`)
  if (rest.length > 0) throw new UsageError(`unexpected argument "${rest[0]}": one properties file is all that is read`)
  return { kind: 'distributed', propertiesFile: file ?? null }
}
