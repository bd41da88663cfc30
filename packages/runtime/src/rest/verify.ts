import { readVerifyRequest } from './inspection-bodies.ts'
import { inspectionToWire } from './inspection-wire.ts'
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
    handle: async (request, { herder }) => {
      const view = await herder.inspections.verify(request.param('connector'), readVerifyRequest(request.body))
      return { status: 202, body: inspectionToWire(view) }
    },
  },
  {
    method: 'get',
    path: '/connectors/{connector}/verify',
    summary: 'How far the last verification is, and what it has found.',
    role: 'operate',
    answers: { 200: 'Inspection', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => ({
      status: 200,
      body: inspectionToWire(await herder.inspections.inspection(request.param('connector'), 'verify')),
    }),
  },
  {
    method: 'delete',
    path: '/connectors/{connector}/verify',
    summary: 'Cancels it.',
    role: 'operate',
    answers: { 202: 'Inspection', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => ({
      status: 202,
      body: inspectionToWire(await herder.inspections.cancelInspection(request.param('connector'), 'verify')),
    }),
  },
  {
    method: 'post',
    path: '/connectors/{connector}/verify/redrive',
    summary: 'Writes the records again that the last verification has listed as missing.',
    answers: { 202: 'Inspection', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => ({
      status: 202,
      body: inspectionToWire(await herder.inspections.redriveGaps(request.param('connector'))),
    }),
  },
  {
    method: 'get',
    path: '/connectors/{connector}/verify/redrive',
    summary: 'How far that is.',
    role: 'operate',
    answers: { 200: 'Inspection', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => ({
      status: 200,
      body: inspectionToWire(await herder.inspections.inspection(request.param('connector'), 'redrive-gaps')),
    }),
  },
  {
    method: 'delete',
    path: '/connectors/{connector}/verify/redrive',
    summary: 'Cancels it; what was written stays.',
    answers: { 202: 'Inspection', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => ({
      status: 202,
      body: inspectionToWire(await herder.inspections.cancelInspection(request.param('connector'), 'redrive-gaps')),
    }),
  },
]
