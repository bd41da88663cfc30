import { workerToWire } from './operating-wire.ts'
import type { Route } from './route.ts'

/** The workers of the group: `/workers`. Not of Kafka Connect. */
export const workersRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/workers',
    summary: 'Every worker of the group with its executors and what runs there, also those that do not answer.',
    answers: { 200: 'Workers' },
    handle: async (_request, { herder }) => ({
      status: 200,
      body: (await herder.operating.workers()).map(workerToWire),
    }),
  },
]
