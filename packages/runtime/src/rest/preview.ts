import { withName } from './connector-name.ts'
import { RestError } from './errors.ts'
import { readPreviewRequest } from './inspection-bodies.ts'
import { previewToWire } from './inspection-wire.ts'
import { checkType } from './plugins.ts'
import type { Route } from './route.ts'

/** What would become of a topic's last records; nothing is written. */
export const previewRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/connectors/{connector}/preview',
    summary:
      'Takes the last records of a topic through converters and transformations, and shows each step and what the sink would send. Changes to the config need the role admin: they may read what the connector may not.',
    role: 'operate',
    body: 'PreviewRequest',
    bodyIsOptional: true,
    answers: { 200: 'Preview', 400: 'Error', 404: 'Error' },
    handle: async (request, { herder }) => {
      const { request: wanted, config } = readPreviewRequest(request.body)
      if (config !== null) request.requireRole('admin')
      const preview = await herder.inspections.preview(request.param('connector'), wanted, config)
      return { status: 200, body: previewToWire(preview) }
    },
  },
  {
    method: 'post',
    path: '/connector-plugins/{plugin}/config/preview',
    summary: 'The same with the config of a connector that need not exist.',
    body: 'ConfigPreviewRequest',
    answers: { 200: 'Preview', 400: 'Error' },
    handle: async (request, { herder }) => {
      const { request: wanted, config } = readPreviewRequest(request.body)
      if (config === null) throw new RestError(400, 'Malformed request body: "config" is missing')
      checkType(request.param('plugin'), config)
      const named = withName(config.name ?? 'preview', config)
      return { status: 200, body: previewToWire(await herder.inspections.previewConfig(named, wanted)) }
    },
  },
]
