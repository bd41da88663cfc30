import { readConfig } from './bodies.ts'
import { nameMismatch, withName } from './connector-name.ts'
import { connectorPath } from './connectors.ts'
import { secretsParameter } from './hidden-secrets.ts'
import { booleanParam, type Route } from './route.ts'
import { connectorInfoToWire, connectorStatusToWire } from './wire.ts'

/** One connector: `/connectors/{connector}`, its config and its status. */
export const connectorRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/connectors/{connector}',
    summary: 'Config, tasks and type of a connector.',
    query: secretsParameter,
    answers: { 200: 'ConnectorInfo', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => ({
      status: 200,
      body: connectorInfoToWire(await herder.connectorInfo(request.param('connector'))),
    }),
  },
  {
    method: 'delete',
    path: '/connectors/{connector}',
    summary: 'Stops and removes a connector.',
    answers: { 204: null, 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => {
      await herder.deleteConnector(request.param('connector'))
      return { status: 204 }
    },
  },
  {
    method: 'get',
    path: '/connectors/{connector}/config',
    summary: 'Config of a connector.',
    query: secretsParameter,
    answers: { 200: 'ConnectorConfig', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => ({
      status: 200,
      body: await herder.connectorConfig(request.param('connector')),
    }),
  },
  {
    method: 'put',
    path: '/connectors/{connector}/config',
    summary: 'Replaces the config of a connector, or makes the connector.',
    query: secretsParameter,
    body: 'ConnectorConfig',
    answers: { 200: 'ConnectorInfo', 201: 'ConnectorInfo', 400: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => {
      const name = request.param('connector')
      const config = withName(name, readConfig(request.body))
      const { created, info } = await herder.putConnectorConfig(name, config, {
        initialState: null,
        allowReplace: true,
      })
      const body = connectorInfoToWire(info)
      return created ? { status: 201, body, location: connectorPath(name) } : { status: 200, body }
    },
  },
  {
    method: 'patch',
    path: '/connectors/{connector}/config',
    summary: 'Changes some keys of the config; null removes a key.',
    query: secretsParameter,
    body: 'ConfigPatch',
    answers: { 200: 'ConnectorInfo', 400: 'Error', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => {
      const name = request.param('connector')
      const patch = readConfig(request.body)
      // Kafka Connect stores another name inside the old connector's config; nothing good comes of that.
      if (patch.name !== undefined && patch.name !== name) throw nameMismatch(patch.name, name)
      return { status: 200, body: connectorInfoToWire(await herder.patchConnectorConfig(name, patch)) }
    },
  },
  {
    method: 'get',
    path: '/connectors/{connector}/status',
    summary: 'State of a connector and its tasks.',
    answers: { 200: 'ConnectorStatus', 404: 'Error' },
    handle: async (request, { herder }) => ({
      status: 200,
      body: connectorStatusToWire(await herder.connectorStatus(request.param('connector'))),
    }),
  },
  {
    method: 'post',
    path: '/connectors/{connector}/restart',
    summary: 'Restarts the connector instance; with flags, tasks too or only what has failed.',
    role: 'operate',
    query: {
      includeTasks: { description: 'Also restart tasks.', schema: { type: 'boolean', default: false } },
      onlyFailed: { description: 'Restart only what has failed.', schema: { type: 'boolean', default: false } },
    },
    answers: { 202: 'ConnectorStatus', 204: null, 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => {
      const connector = request.param('connector')
      const includeTasks = booleanParam(request.query, 'includeTasks', false)
      const onlyFailed = booleanParam(request.query, 'onlyFailed', false)
      if (includeTasks || onlyFailed) {
        const plan = await herder.restartConnectorAndTasks({ connector, includeTasks, onlyFailed })
        return { status: 202, body: connectorStatusToWire(plan) }
      }
      await herder.restartConnector(connector)
      return { status: 204 }
    },
  },
  {
    method: 'put',
    path: '/connectors/{connector}/pause',
    summary: 'Pauses a connector and its tasks; they keep their places.',
    role: 'operate',
    answers: { 202: null, 404: 'Error' },
    handle: async (request, { herder }) => {
      await herder.pauseConnector(request.param('connector'))
      return { status: 202 }
    },
  },
  {
    method: 'put',
    path: '/connectors/{connector}/resume',
    summary: 'Resumes a paused or stopped connector.',
    role: 'operate',
    answers: { 202: null, 404: 'Error' },
    handle: async (request, { herder }) => {
      await herder.resumeConnector(request.param('connector'))
      return { status: 202 }
    },
  },
  {
    method: 'put',
    path: '/connectors/{connector}/stop',
    summary: 'Stops a connector and gives its tasks up.',
    role: 'operate',
    answers: { 204: null, 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => {
      await herder.stopConnector(request.param('connector'))
      return { status: 204 }
    },
  },
]
