import type { WorkerConfig } from '../config/worker-config.ts'
import { RestError } from './errors.ts'
import type { Route } from './route.ts'

/** The topics a connector has used: `/connectors/{connector}/topics` (KIP-558). */
export const topicsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/connectors/{connector}/topics',
    summary: 'Topics that a connector has used since it was made or since the list was cleared.',
    answers: { 200: 'ConnectorTopics', 403: 'Error' },
    handle: async (request, { herder, config }) => {
      checkTracking(config)
      const connector = request.param('connector')
      return {
        status: 200,
        body: Object.fromEntries([[connector, { topics: await herder.connectorTopics(connector) }]]),
      }
    },
  },
  {
    method: 'put',
    path: '/connectors/{connector}/topics/reset',
    summary: 'Clears that list.',
    answers: { 202: null, 403: 'Error' },
    handle: async (request, { herder, config }) => {
      checkTracking(config)
      if (!config['topic.tracking.allow.reset']) throw new RestError(403, 'Topic tracking reset is disabled.')
      await herder.resetConnectorTopics(request.param('connector'))
      return { status: 202 }
    },
  },
]

function checkTracking(config: WorkerConfig): void {
  if (!config['topic.tracking.enable']) throw new RestError(403, 'Topic tracking is disabled.')
}
