export const helpText = `Usage: penstock-worker distributed [worker.properties]
       penstock-worker standalone worker.properties [connector ...]

Runs a worker of Kafka Connect. Distributed workers with the same group.id form a cluster that shares connectors and
tasks; a standalone worker is alone and keeps the offsets of sources in a file.

Arguments:
  distributed           workers coordinate through Kafka
  standalone            one worker by itself; needs offset.storage.file.filename
  worker.properties     Kafka Connect's own worker file; a distributed worker without one takes everything from the
                        environment
  connector             a file with a connector to start with: properties, a JSON object that is its config, or
                        {"name": ..., "config": {...}, "initial_state": "RUNNING" | "PAUSED" | "STOPPED"};
                        nothing is started unless all of them are right

Environment:
  CONNECT_*, PENSTOCK_* worker keys as in Kafka Connect's images: CONNECT_GROUP_ID is group.id; _ stands for a dot,
                        __ for an underscore, ___ for a dash. They override the file, PENSTOCK_ overrides CONNECT_
  KAFKA_BOOTSTRAP_SERVERS  used when neither file nor environment sets bootstrap.servers
  PENSTOCK_NODE         the Node.js to run with

SIGINT (Ctrl-C) and SIGTERM stop the worker in order: tasks write out what they hold and commit.

Exit codes: 0 stopped in order, 1 the worker failed or a connector file is wrong, 2 wrong command line or configuration
`

export type CommandLine =
  | { readonly kind: 'help' }
  | { readonly kind: 'distributed'; readonly propertiesFile: string | null }
  | { readonly kind: 'standalone'; readonly propertiesFile: string; readonly connectorFiles: readonly string[] }

/** Something is wrong with what was typed. */
export class UsageError extends Error {}

/** Reads the arguments. Throws UsageError. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const [mode, file, ...rest] = args
  if (mode === undefined || mode === '--help' || mode === '-h' || mode === 'help' || args.includes('--help'))
    return { kind: 'help' }
  switch (mode) {
    case 'distributed':
      if (rest.length > 0) {
        throw new UsageError(
          `unexpected argument "${rest[0]}": a distributed worker reads one properties file, its connectors come over REST`,
        )
      }
      return { kind: 'distributed', propertiesFile: file ?? null }
    case 'standalone':
      if (file === undefined) throw new UsageError('a standalone worker needs a worker properties file')
      return { kind: 'standalone', propertiesFile: file, connectorFiles: rest }
    default:
      throw new UsageError(`unknown mode "${mode}", expected "distributed" or "standalone"; see penstock-worker --help`)
  }
}
