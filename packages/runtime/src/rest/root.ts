import type { Route } from './route.ts'
import { serverInfoToWire } from './wire.ts'

export const rootRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/',
    summary: 'Version of the worker and the Kafka cluster it belongs to.',
    answers: { 200: 'ServerInfo' },
    handle: async (_request, { herder }) => ({ status: 200, body: serverInfoToWire(herder.serverInfo()) }),
  },
]
