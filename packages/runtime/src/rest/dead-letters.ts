import { readDeadLetterQuery, readRedriveRequest } from './inspection-bodies.ts'
import { deadLettersToWire, inspectionToWire } from './inspection-wire.ts'
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
      const view = await herder.inspections.redriveDeadLetters(
        request.param('connector'),
        readRedriveRequest(request.body),
      )
      return { status: 202, body: inspectionToWire(view) }
    },
  },
  {
    method: 'get',
    path: '/connectors/{connector}/dlq/redrive',
    summary: 'How far that is, and what was refused.',
    role: 'operate',
    answers: { 200: 'Inspection', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => ({
      status: 200,
      body: inspectionToWire(await herder.inspections.inspection(request.param('connector'), 'redrive-dead-letters')),
    }),
  },
  {
    method: 'delete',
    path: '/connectors/{connector}/dlq/redrive',
    summary: 'Cancels it; the next one goes on where it was.',
    answers: { 202: 'Inspection', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => ({
      status: 202,
      body: inspectionToWire(
        await herder.inspections.cancelInspection(request.param('connector'), 'redrive-dead-letters'),
      ),
    }),
  },
]
