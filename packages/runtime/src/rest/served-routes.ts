/** Every resource of REST; each is declared in the file that is named after it. */
import { connectorRoutes } from './connector.ts'
import { connectorMetricsRoutes } from './connector-metrics.ts'
import { connectorsRoutes } from './connectors.ts'
import { deadLettersRoutes } from './dead-letters.ts'
import { eventsRoutes } from './events.ts'
import { healthRoutes } from './health.ts'
import { internalRoutes } from './internal.ts'
import { loggersRoutes } from './loggers.ts'
import { logsRoutes } from './logs.ts'
import { metricsDoc } from './metrics.ts'
import { offsetsRoutes } from './offsets.ts'
import { pluginsRoutes } from './plugins.ts'
import { previewRoutes } from './preview.ts'
import { rootRoutes } from './root.ts'
import type { Route, RouteDoc } from './route.ts'
import { tasksRoutes } from './tasks.ts'
import { topicsRoutes } from './topics.ts'
import { verifyRoutes } from './verify.ts'
import { workersRoutes } from './workers.ts'

/** What the main listeners serve; the admin resources are there too where they have no listeners of their own. */
export const mainRoutes: readonly Route[] = [
  ...rootRoutes,
  ...healthRoutes,
  ...connectorsRoutes,
  ...connectorRoutes,
  ...offsetsRoutes,
  ...topicsRoutes,
  ...tasksRoutes,
  ...internalRoutes,
  ...pluginsRoutes,
  ...previewRoutes,
  ...verifyRoutes,
  ...deadLettersRoutes,
  ...workersRoutes,
  ...connectorMetricsRoutes,
  ...eventsRoutes,
  ...logsRoutes,
]

/** The document that describes them. */
export const openApiDoc: RouteDoc = {
  method: 'get',
  path: '/openapi.json',
  summary: 'This document.',
  answers: { 200: 'Document' },
}

/** All that is served anywhere, for the reference page. */
export const servedDocs: readonly RouteDoc[] = [...mainRoutes, ...loggersRoutes, openApiDoc, metricsDoc]
