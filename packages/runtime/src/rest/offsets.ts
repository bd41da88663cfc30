import type { ConnectorOffset } from '../herder/herder.ts'
import { readOffsets } from './bodies.ts'
import type { Route } from './route.ts'

/** How far a connector is, and setting it: `/connectors/{connector}/offsets` (KIP-875). */
export const offsetsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/connectors/{connector}/offsets',
    summary: 'Positions of a connector: what its consumer group has committed, or how far a source has read.',
    role: 'operate',
    answers: { 200: 'ConnectorOffsets', 404: 'Error' },
    handle: async (request, { herder }) => ({
      status: 200,
      body: { offsets: (await herder.connectorOffsets(request.param('connector'))).map(toWire) },
    }),
  },
  {
    method: 'patch',
    path: '/connectors/{connector}/offsets',
    summary: 'Changes positions of a stopped connector; null forgets one.',
    body: 'ConnectorOffsets',
    answers: { 200: 'Message', 400: 'Error', 404: 'Error' },
    handle: async (request, { herder }) => {
      const offsets = readOffsets(request.body)
      const { byConnector } = await herder.alterConnectorOffsets(request.param('connector'), offsets)
      return { status: 200, body: { message: doneText('altered', byConnector) } }
    },
  },
  {
    method: 'delete',
    path: '/connectors/{connector}/offsets',
    summary: 'Forgets every position of a stopped connector.',
    answers: { 200: 'Message', 400: 'Error', 404: 'Error' },
    handle: async (request, { herder }) => {
      const { byConnector } = await herder.resetConnectorOffsets(request.param('connector'))
      return { status: 200, body: { message: doneText('reset', byConnector) } }
    },
  },
]

function toWire({ partition, offset }: ConnectorOffset): ConnectorOffset {
  return { partition, offset }
}

function doneText(done: 'altered' | 'reset', byConnector: boolean): string {
  if (byConnector) return `The offsets for this connector have been ${done} successfully`
  return (
    `The Connect framework-managed offsets for this connector have been ${done} successfully. However, if this ` +
    `connector manages offsets externally, they will need to be manually ${done} in the system that the connector uses.`
  )
}
