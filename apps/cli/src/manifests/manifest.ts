import type { ConnectorConfig, InitialState } from '@penstock/client'

/** A connector as a file declares it. */
export interface Manifest {
  readonly name: string
  /** With `name`, as workers store it. */
  readonly config: ConnectorConfig
  /** Heeded only where the connector is created. */
  readonly initialState: InitialState | null
  /** The file, with the place in it where there are several. */
  readonly origin: string
}
