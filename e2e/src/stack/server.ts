/** The servers that a stack consists of, wherever they come from. Read next: stack.ts. */

export const SERVER_NAMES = ['kafka', 'elasticsearch'] as const
export type ServerName = (typeof SERVER_NAMES)[number]

export const SERVER_ACTIONS = ['start', 'stop', 'kill', 'restart', 'pause', 'resume'] as const
export type ServerAction = (typeof SERVER_ACTIONS)[number]

/** What tests may do to a server that we started: data and port stay the same through all of it. */
export type ServerControl = Record<ServerAction, () => Promise<void>>

export interface Server {
  readonly name: ServerName
  /** host:port of Kafka, URL of Elasticsearch. */
  readonly address: string
  /** Where it comes from, for people. */
  readonly origin: string
  /** Absent for servers that somebody else runs. */
  readonly control?: ServerControl
  close(): Promise<void>
}

/** Has a line printed for people who wait. */
export type Progress = (line: string) => void
