import { readVerifyRequest } from './inspection-bodies.ts'
import { accepted, inspectionRoutes } from './inspection-routes.ts'
import type { Route } from './route.ts'

/** Whether each record of a connector has arrived once, and mending what has not: `/connectors/{connector}/verify`. */
export const verifyRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/connectors/{connector}/verify',
    summary: 'Begins to look for each record of a range where the sink has written it.',
    role: 'operate',
    body: 'VerifyRequest',
    bodyIsOptional: true,
    answers: { 202: 'Inspection', 400: 'Error', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) =>
      accepted(await herder.inspections.verify(request.param('connector'), readVerifyRequest(request.body))),
  },
  ...inspectionRoutes('/connectors/{connector}/verify', 'verify', { summary: 'Cancels it.', role: 'operate' }),
  {
    method: 'post',
    path: '/connectors/{connector}/verify/redrive',
    summary: 'Writes the records again that the last verification has listed as missing.',
    answers: { 202: 'Inspection', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => accepted(await herder.inspections.redriveGaps(request.param('connector'))),
  },
  ...inspectionRoutes('/connectors/{connector}/verify/redrive', 'redrive-gaps', {
    summary: 'Cancels it; what was written stays.',
  }),
]
