import { readDeadLetterQuery, readRedriveRequest } from './inspection-bodies.ts'
import { accepted, inspectionRoutes } from './inspection-routes.ts'
import { deadLettersToWire } from './inspection-wire.ts'
import type { Route } from './route.ts'

const text = { type: 'string' }

/** The dead letters of a connector, and driving them again: `/connectors/{connector}/dlq`. */
export const deadLettersRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/connectors/{connector}/dlq',
    summary: 'A page of the dead letters of a connector, with where they came from and why.',
    role: 'operate',
    query: {
      limit: {
        description: 'Most letters of a page.',
        schema: { type: 'integer', minimum: 1, maximum: 500, default: 50 },
      },
      order: { description: 'By time.', schema: { type: 'string', enum: ['newest', 'oldest'], default: 'newest' } },
      from: { description: '`next` of the page before.', schema: text },
      reason: { description: 'Only those with this in stage, exception or message, in any case.', schema: text },
      topic: { description: 'Only those that came from this topic.', schema: text },
    },
    answers: { 200: 'DeadLetters', 400: 'Error', 404: 'Error' },
    handle: async (request, { herder }) => {
      const query = readDeadLetterQuery(request.query)
      const page = await herder.inspections.deadLetters(request.param('connector'), query)
      return { status: 200, body: deadLettersToWire(page) }
    },
  },
  {
    method: 'post',
    path: '/connectors/{connector}/dlq/redrive',
    summary: 'Begins to take dead letters through the config again, as the records that they were.',
    body: 'RedriveRequest',
    bodyIsOptional: true,
    answers: { 202: 'Inspection', 400: 'Error', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => {
      const wanted = readRedriveRequest(request.body)
      return accepted(await herder.inspections.redriveDeadLetters(request.param('connector'), wanted))
    },
  },
  ...inspectionRoutes('/connectors/{connector}/dlq/redrive', 'redrive-dead-letters', {
    summary: 'Cancels it; the next one goes on where it was.',
  }),
]
