import type { InspectionKind } from '../execution/inspection/job.ts'
import type { InspectionView } from '../herder/herder.ts'
import { inspectionToWire } from './inspection-wire.ts'
import type { Answer, Route } from './route.ts'
import type { Role } from './security/roles.ts'

/** Watching and cancelling of work that was begun with a POST to the same path. */
export function inspectionRoutes(
  path: string,
  kind: InspectionKind,
  cancel: { readonly summary: string; readonly role?: Role },
): readonly Route[] {
  const answers = { 404: 'Error', 409: 'Error' } as const
  return [
    {
      ...{ method: 'get', path, role: 'operate', answers: { 200: 'Inspection', ...answers } },
      summary: 'How far the last one is, and what it has found.',
      handle: async (request, { herder }) => {
        const view = await herder.inspections.inspection(request.param('connector'), kind)
        return { status: 200, body: inspectionToWire(view) }
      },
    },
    {
      ...{ method: 'delete', path, ...cancel, answers: { 202: 'Inspection', ...answers } },
      handle: async (request, { herder }) =>
        accepted(await herder.inspections.cancelInspection(request.param('connector'), kind)),
    },
  ]
}

/** What has begun, or is to end. */
export function accepted(view: InspectionView): Answer {
  return { status: 202, body: inspectionToWire(view) }
}
