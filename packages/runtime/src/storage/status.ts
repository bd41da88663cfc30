export type TaskState = 'UNASSIGNED' | 'RUNNING' | 'PAUSED' | 'FAILED' | 'RESTARTING'
export type ConnectorState = TaskState | 'STOPPED'

/** What is told of a connector or task in the status topic (internal-topics reference, section 4). */
export interface Status<State = ConnectorState> {
  readonly state: State
  /** Stack trace text of a failure, else null. */
  readonly trace: string | null
  /** `host:port` of the worker that wrote it. */
  readonly workerId: string
  /** Group generation at that time. */
  readonly generation: number
  /** Plugin version; null when unknown or once the instance is gone. */
  readonly version: string | null
}
