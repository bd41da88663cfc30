import type { Health } from '../herder/herder.ts'
import type { Answer, Route } from './route.ts'

const statuses: Readonly<Record<Health['status'], number>> = { healthy: 200, starting: 503, unhealthy: 500 }

export const healthRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/health',
    summary: 'Whether the worker has started and handles requests.',
    answers: { 200: 'Health', 500: 'Health', 503: 'Health' },
    handle: async (_request, { herder }) => healthAnswer(await herder.health()),
  },
]

export function healthAnswer({ status, message }: Health): Answer {
  return { status: statuses[status], body: { status, message } }
}
