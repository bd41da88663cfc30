import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RouteDoc } from './route.ts'

/** Writes the metrics in Prometheus' text format; comes from telemetry. */
export type MetricsHandler = (request: IncomingMessage, response: ServerResponse) => void

export const metricsDoc: RouteDoc = {
  method: 'get',
  path: '/metrics',
  summary: 'Metrics in the text format of Prometheus.',
  answers: { 200: 'Text' },
}
