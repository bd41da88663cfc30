import { NotFoundError } from '@penstock/core'
import type { ConnectorMetricsView, Herder } from '../herder/herder.ts'
import { createRequestOfProperties, readCreateRequest } from './bodies.ts'
import { withName } from './connector-name.ts'
import { secretsParameter } from './hidden-secrets.ts'
import { connectorMetricsToWire } from './operating-wire.ts'
import type { Route } from './route.ts'
import { connectorInfoToWire, connectorStatusToWire } from './wire.ts'

/** The list of connectors: `/connectors`. */
export const connectorsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/connectors',
    summary: 'Names of all connectors; with `expand`, what is known of each.',
    query: {
      expand: {
        description: '`info`, `status` and `metrics`, once each; others are ignored.',
        schema: { type: 'array', items: { type: 'string' } },
      },
      ...secretsParameter,
    },
    answers: { 200: 'ConnectorList' },
    handle: async ({ query }, { herder }) => ({
      status: 200,
      body: query.has('expand') ? await expanded(herder, query.getAll('expand')) : await herder.connectors(),
    }),
  },
  {
    method: 'post',
    path: '/connectors',
    summary: 'Makes a connector.',
    query: secretsParameter,
    body: 'CreateRequest',
    alsoAccepts: { 'text/plain': createRequestOfProperties },
    answers: { 201: 'ConnectorInfo', 400: 'Error', 409: 'Error' },
    handle: async ({ body }, { herder }) => {
      const { name, config, initialState } = readCreateRequest(body)
      const named = withName(name, config)
      const { info } = await herder.putConnectorConfig(name, named, { initialState, allowReplace: false })
      return { status: 201, body: connectorInfoToWire(info), location: connectorPath(name) }
    },
  },
]

export function connectorPath(name: string): string {
  return `/connectors/${encodeURIComponent(name)}`
}

async function expanded(herder: Herder, expansions: readonly string[]): Promise<Record<string, object>> {
  const connectors = new Map<string, object>()
  const metrics = expansions.includes('metrics') ? (await herder.operating.overview()).metrics : null
  for (const name of await herder.connectors()) {
    try {
      connectors.set(name, {
        ...(expansions.includes('info') ? { info: connectorInfoToWire(await herder.connectorInfo(name)) } : {}),
        ...(expansions.includes('status') ? { status: connectorStatusToWire(await herder.connectorStatus(name)) } : {}),
        ...metricsOf(metrics?.get(name)),
      })
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error // removed meanwhile, or without status yet: left out
    }
  }
  return Object.fromEntries(connectors)
}

function metricsOf(view: ConnectorMetricsView | undefined): object {
  return view === undefined ? {} : { metrics: connectorMetricsToWire(view) }
}
