import type { RouteDoc } from './route.ts'
import { ref, type SchemaName, schemas } from './schemas.ts'

/** The OpenAPI document of a set of routes. */
export function openApiDocument(routes: readonly RouteDoc[], version: string) {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Penstock',
      version,
      summary: 'The REST API of Kafka Connect, served by every worker.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: { schemas },
  }
}

function operation({
  path,
  summary,
  query = {},
  body,
  bodyIsOptional = false,
  alsoAccepts = {},
  answers,
  produces,
}: RouteDoc): object {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const inQuery = Object.entries(query).map(([name, parameter]) => ({ name, in: 'query', ...parameter }))
  const responses = Object.entries({ ...answers, default: 'Error' as const }).map(([status, schema]) => [
    status,
    schema === null
      ? { description: descriptionOf(status) }
      : { description: descriptionOf(status), content: content(schema, status === '200' ? produces : undefined) },
  ])
  const others = Object.fromEntries(Object.keys(alsoAccepts).map((type) => [type, { schema: ref('Text') }]))
  return {
    summary,
    parameters: [...inPath, ...inQuery],
    ...(body === undefined
      ? {}
      : { requestBody: { required: !bodyIsOptional, content: { ...content(body), ...others } } }),
    responses: Object.fromEntries(responses),
  }
}

function content(schema: SchemaName, types?: readonly string[]): object {
  const named = types ?? [schema === 'Text' ? 'text/plain' : 'application/json']
  return Object.fromEntries(named.map((type) => [type, { schema: ref(schema) }]))
}

const descriptions: Readonly<Record<string, string>> = {
  200: 'Done.',
  201: 'Made; `Location` says where.',
  202: 'Accepted; it happens soon.',
  204: 'Done.',
  400: 'The request is wrong.',
  401: 'Nobody known asks.',
  403: 'Not allowed.',
  404: 'There is no such thing.',
  409: 'Not now: a rebalance, or the name is taken.',
  500: 'It failed.',
  503: 'Not yet: the worker is starting.',
  default: 'An error.',
}

function descriptionOf(status: string): string {
  return descriptions[status] ?? status
}
