/** Where the servers are: the stack's owner says it by environment variables. */
import { control, controllable } from '../stack/control.ts'
import type { ServerAction, ServerName } from '../stack/server.ts'

function named(variable: string): string {
  const value = process.env[variable]
  if (!value) throw new Error(`${variable} is not set: run this by \`make test-e2e\`, or name a running server by it`)
  return value
}

export const stack = {
  get kafka(): string {
    return named('KAFKA_BOOTSTRAP_SERVERS')
  },
  get elasticsearch(): string {
    return named('ELASTICSEARCH_URL')
  },
  /** The folder with kafka.log and elasticsearch.log; undefined where somebody else runs the servers. */
  get logs(): string | undefined {
    return process.env.STACK_LOGS || undefined
  },
  /** Stops, kills, pauses … a server: same data and port afterwards. After start and restart it answers again. */
  control: (server: ServerName, action: ServerAction): Promise<void> => control(server, action),
  /** Which servers `control` works for: pass a test over where it doesn't. */
  controllable: (): Promise<ServerName[]> => controllable(),
}
