/** A schema registry behind Confluent's REST API. Read next: http-requests.ts. */
import { ConnectError, DataError, RetriableError } from '@penstock/core'
import type { RegistryConfig } from './config.ts'
import { type Answer, HttpRequests, messageOfBody } from './http-requests.ts'
import type { SchemaDefinition, SchemaKind, SchemaReference, SchemaRegistry, SchemaSource } from './schema-registry.ts'

/** More than any sane schema uses; a registry can be made to hold references in a circle. */
const maxReferences = 1000

export class SchemaRegistryClient implements SchemaRegistry {
  readonly #requests: HttpRequests
  readonly #normalize: string

  constructor(config: RegistryConfig) {
    this.#requests = new HttpRequests(config)
    this.#normalize = config['normalize.schemas'] ? '?normalize=true' : ''
  }

  async schemaById(id: number): Promise<SchemaSource> {
    const body = await this.#get(`/schemas/ids/${id}`, `schema ${id}`)
    return await this.#withReferences(definitionOf(body, `schema ${id}`))
  }

  async versionOf(id: number, subject: string): Promise<number | null> {
    const { status, body } = await this.#requests.send('GET', `/schemas/ids/${id}/versions`)
    if (status !== 200 || !Array.isArray(body)) return null
    const found = (body as unknown[]).filter(isObject).find((entry) => entry.subject === subject)
    return typeof found?.version === 'number' ? found.version : null
  }

  async latest(subject: string): Promise<{ readonly id: number; readonly source: SchemaSource }> {
    const what = `the latest schema of subject ${subject}`
    const body = await this.#get(`/subjects/${encodeURIComponent(subject)}/versions/latest`, what)
    return { id: idOf(body, what), source: await this.#withReferences(definitionOf(body, what)) }
  }

  async register(subject: string, definition: SchemaDefinition): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions${this.#normalize}`
    const answer = await this.#requests.send('POST', path, requestBody(definition))
    if (answer.status === 409) {
      throw new DataError(
        'schema_registry.incompatible',
        `the record's schema is not compatible with those of subject ${subject}: ${messageOfBody(answer.body)}`,
      )
    }
    return idOf(expected(answer, `the registration of a schema in subject ${subject}`), `subject ${subject}`)
  }

  async lookUp(subject: string, definition: SchemaDefinition): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}${this.#normalize}`
    const answer = await this.#requests.send('POST', path, requestBody(definition))
    if (answer.status === 404 && isOfRegistry(answer.body)) {
      throw new DataError(
        'schema_registry.not_registered',
        `the record's schema is not registered in subject ${subject} (${messageOfBody(answer.body)}); register it, or set auto.register.schemas=true or use.latest.version=true`,
      )
    }
    return idOf(expected(answer, `the look-up of a schema in subject ${subject}`), `subject ${subject}`)
  }

  async close(): Promise<void> {
    await this.#requests.close()
  }

  async #get(path: string, what: string): Promise<Record<string, unknown>> {
    return expected(await this.#requests.send('GET', path), what)
  }

  /** Depth first, so that each schema comes after those it uses. */
  async #withReferences(definition: SchemaDefinition): Promise<SchemaSource> {
    const used = new Map<string, string>()
    const visiting = new Set<string>()
    const visit = async (references: readonly SchemaReference[]): Promise<void> => {
      for (const { name, subject, version } of references) {
        if (used.has(name) || visiting.has(name)) continue
        visiting.add(name)
        if (visiting.size > maxReferences) {
          throw new DataError('schema_registry.references', `a schema uses more than ${maxReferences} others`)
        }
        const what = `version ${version} of subject ${subject}`
        const body = await this.#get(`/subjects/${encodeURIComponent(subject)}/versions/${version}`, what)
        const { text, references: further } = definitionOf(body, what)
        await visit(further)
        used.set(name, text)
      }
    }
    await visit(definition.references)
    return { ...definition, used: [...used].map(([name, text]) => ({ name, text })) }
  }
}

function requestBody({ kind, text, references }: SchemaDefinition): unknown {
  return {
    schema: text,
    // Registries older than the other kinds don't know the member.
    ...(kind === 'AVRO' ? {} : { schemaType: kind }),
    ...(references.length === 0 ? {} : { references }),
  }
}

/** The body of a good answer; what else the registry says is thrown. */
function expected({ status, body }: Answer, what: string): Record<string, unknown> {
  if (status >= 200 && status < 300 && isObject(body)) return body
  const said = messageOfBody(body) || `status ${status}`
  if (status === 401 || status === 403) {
    throw new ConnectError(
      'schema_registry.unauthorized',
      `the schema registry refused ${what}: ${said}; check basic.auth.user.info, bearer.auth.token and the user's rights`,
    )
  }
  if (status === 404) {
    if (isOfRegistry(body)) {
      throw new DataError('schema_registry.not_found', `the schema registry has not got ${what}: ${said}`)
    }
    throw new ConnectError(
      'schema_registry.wrong_url',
      `a schema registry was asked for ${what}, and the answer (status 404) is not one's; check the path of schema.registry.url`,
    )
  }
  if (status >= 400 && status < 500) {
    throw new DataError('schema_registry.refused', `the schema registry refused ${what}: ${said}`)
  }
  throw new RetriableError('schema_registry.unexpected', `the schema registry answered to ${what} with ${said}`)
}

/** Whether a failure is told by a schema registry, and not by something else at the URL. */
function isOfRegistry(body: unknown): boolean {
  return isObject(body) && typeof body.error_code === 'number'
}

function definitionOf(body: Record<string, unknown>, what: string): SchemaDefinition {
  const { schema, schemaType = 'AVRO', references = [] } = body
  if (typeof schema !== 'string' || !isKind(schemaType) || !Array.isArray(references)) {
    throw new RetriableError('schema_registry.unexpected', `the schema registry's answer to ${what} holds no schema`)
  }
  return { kind: schemaType, text: schema, references: (references as unknown[]).filter(isReference) }
}

function idOf(body: Record<string, unknown>, what: string): number {
  if (typeof body.id === 'number') return body.id
  throw new RetriableError('schema_registry.unexpected', `the schema registry's answer about ${what} holds no id`)
}

function isKind(value: unknown): value is SchemaKind {
  return value === 'AVRO' || value === 'JSON' || value === 'PROTOBUF'
}

function isReference(value: unknown): value is SchemaReference {
  return (
    isObject(value) &&
    typeof value.name === 'string' &&
    typeof value.subject === 'string' &&
    typeof value.version === 'number'
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
