/** Writes `docs/rest-reference.md` from the OpenAPI document: `rest-page.test.ts` keeps the file up to date. */
import { markdownTable } from './markdown-table.ts'
import { openApiDocument } from './rest/openapi.ts'
import type { RouteDoc } from './rest/route.ts'
import { servedDocs } from './rest/served-routes.ts'

/** The part of JSON Schema that the shapes are written in. */
interface Shape {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly items?: Shape
  readonly oneOf?: readonly Shape[]
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  readonly additionalProperties?: Shape | boolean
}

interface Operation {
  readonly summary: string
  readonly parameters: readonly { name: string; in: string; description?: string; schema: Shape }[]
  readonly requestBody?: { required: boolean; content: Readonly<Record<string, { schema: Shape }>> }
  readonly responses: Readonly<
    Record<string, { description: string; content?: Readonly<Record<string, { schema: Shape }>> }>
  >
}

export function restPage(): string {
  const document = openApiDocument(servedDocs, '')
  const sections = Map.groupBy(servedDocs, ({ path }) => path.split('/')[1] ?? '')
  const operations = [...sections].flatMap(([name, routes]) => [
    `## ${name === '' ? 'The worker' : `/${name}`}`,
    ...routes.flatMap((route) => operation(route, document.paths[route.path]?.[route.method] as Operation)),
  ])
  const shapes = Object.entries(document.components.schemas as Readonly<Record<string, Shape>>).flatMap(shape)
  return `${[intro, ...operations, '## Shapes', ...shapes].join('\n\n')}\n`
}

function operation(route: RouteDoc, { summary, parameters, requestBody, responses }: Operation): string[] {
  const inQuery = parameters.filter((parameter) => parameter.in === 'query')
  const rows = inQuery.map(({ name, description = '', schema }) => [`\`${name}\``, typeOf(schema), description])
  const body = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => `\`${type}\` ${typeOf(schema)}`)
  const answers = Object.entries(responses)
    .filter(([status]) => status !== 'default')
    .map(([status, { description, content = {} }]) => [
      status,
      Object.values(content)
        .map(({ schema }) => typeOf(schema))
        .join(', '),
      description,
    ])
  return [
    `### ${route.method.toUpperCase()} ${route.path}`,
    `${summary} ${roleOf(route)}`,
    ...(rows.length === 0 ? [] : [markdownTable([['Query', 'Type', 'Meaning'], ...rows])]),
    ...(body.length === 0
      ? []
      : [`Body${requestBody?.required === true ? '' : ', may be left out'}: ${body.join(', or ')}.`]),
    markdownTable([['Status', 'Body', 'Meaning'], ...answers]),
  ]
}

function roleOf({ role, method }: RouteDoc): string {
  if (role === null) return 'For workers among themselves: signed with the key of the group.'
  return `Role \`${role ?? (method === 'get' ? 'read' : 'admin')}\`.`
}

function shape([name, schema]: [string, Shape]): string[] {
  const forms = schema.oneOf ?? [schema]
  const parts = forms.flatMap((form) => {
    const described = form.description === undefined ? [] : [form.description]
    const rows = Object.entries(form.properties ?? {}).map(([key, value]) => [
      `\`${key}\``,
      typeOf(value),
      form.required?.includes(key) === true ? 'always' : '',
      value.description ?? '',
    ])
    if (rows.length === 0) return [`${typeOf(form)}${described.length === 0 ? '' : `: ${described[0]}`}`]
    return [...described, markdownTable([['Member', 'Type', 'There', 'Meaning'], ...rows])]
  })
  return [`### ${name}`, ...parts]
}

/** A shape in a few words, other shapes as links. */
function typeOf(schema: Shape): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    return `[${name}](#${name.toLowerCase()})`
  }
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.oneOf !== undefined) return schema.oneOf.map(typeOf).join(' or ')
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`
  const { additionalProperties: more, properties } = schema
  if (typeof more === 'object') return `object of ${typeOf(more)} by name`
  if (properties !== undefined)
    return `object of ${Object.keys(properties)
      .map((key) => `\`${key}\``)
      .join(', ')}`
  return schema.type === undefined ? 'any JSON' : [schema.type].flat().join(' or ')
}

const intro = `# REST reference

<!-- Written by packages/runtime/src/rest-page.ts; \`vitest run --project unit rest-page -u\` writes it anew. -->

Made from the OpenAPI document that every worker serves as \`GET /openapi.json\`. [The REST API](rest.md) tells how the
resources are used, who may use them and what is Penstock's own. Any request may be answered with an [Error](#error): 400 for
what is wrong with it, 401 and 403 for who asks, 404 for what is not there, 409 during a rebalance, 500 for failures and time-outs,
503 while the worker is starting.`
