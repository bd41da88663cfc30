import { stringifyJson } from '@penstock/core'
import { eventToWire } from './event-wire.ts'
import type { Route } from './route.ts'

/** What happens in the cluster, as it happens: `/events`. Not of Kafka Connect. */
export const eventsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/events',
    summary: 'Server-sent events: statuses, configs, rebalances, workers and how tasks fare, from now on.',
    produces: ['text/event-stream'],
    answers: { 200: 'Events', 503: 'Error' },
    handle: async (_request, { herder }) => ({
      status: 200,
      stream: {
        format: 'text/event-stream',
        start: (sink) =>
          herder.events.subscribe((event) => {
            const { name, data } = eventToWire(event)
            sink.send(name, stringifyJson(data))
          }),
      },
    }),
  },
]
