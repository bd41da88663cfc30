import { connectorMetricsToWire } from './operating-wire.ts'
import type { Route } from './route.ts'

/** How the tasks of a connector fare: `/connectors/{connector}/metrics`. Not of Kafka Connect. */
export const connectorMetricsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/connectors/{connector}/metrics',
    summary: 'How fast the tasks of a connector are, how far behind, what they hold back and what failed last.',
    answers: { 200: 'ConnectorMetrics', 404: 'Error' },
    handle: async (request, { herder }) => ({
      status: 200,
      body: connectorMetricsToWire(await herder.operating.metrics(request.param('connector'))),
    }),
  },
]
