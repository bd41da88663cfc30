import { macAlgorithm } from '../config/mac-algorithms.ts'
import type { InternalRequestSignature, LogQuestion } from '../herder/herder.ts'
import type { ReportQuestion } from '../herder/worker-report.ts'
import { parseLogLevel } from '../telemetry/log-levels.ts'
import { asObject, malformed, readJson, readTaskConfigs } from './bodies.ts'
import { RestError } from './errors.ts'
import { followed, linesAnswer } from './logs.ts'
import type { RestRequest, Route } from './route.ts'

/** Headers of signed requests between workers (KIP-507). */
export const signatureHeader = 'X-Connect-Authorization'
export const signatureAlgorithmHeader = 'X-Connect-Request-Signature-Algorithm'

/** What workers ask of each other, signed with the session key that only they know. */
export const internalRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/connectors/{connector}/tasks',
    summary: 'Internal: the worker that runs a connector tells the leader the configs of its tasks.',
    role: null,
    body: 'RawTaskConfigs',
    answers: { 204: null, 400: 'Error', 403: 'Error', 404: 'Error', 503: 'Error' },
    handle: async (request, { herder }) => {
      const signature = signatureOf(request)
      await herder.putTaskConfigs(request.param('connector'), readTaskConfigs(request.body), signature)
      return { status: 204 }
    },
  },
  {
    method: 'put',
    path: '/connectors/{connector}/fence',
    summary: 'Internal: a worker asks the leader that former tasks of an exactly-once source can write no more.',
    role: null,
    answers: { 204: null, 400: 'Error', 403: 'Error', 404: 'Error', 409: 'Error', 503: 'Error' },
    handle: async (request, { herder }) => {
      await herder.fenceZombies(request.param('connector'), signatureOf(request))
      return { status: 204 }
    },
  },
  {
    method: 'post',
    path: '/workers/self',
    summary: 'Internal: a worker asks this one how it and its tasks are.',
    role: null,
    body: 'ReportQuestion',
    answers: { 200: 'WorkerReport', 400: 'Error', 403: 'Error', 503: 'Error' },
    handle: async (request, { herder }) => {
      herder.checkInternal(signatureOf(request))
      return { status: 200, body: herder.operating.own(readReportQuestion(request.body)) }
    },
  },
  {
    method: 'post',
    path: '/workers/self/logs',
    summary: 'Internal: a worker asks this one for the latest lines of its log.',
    role: null,
    produces: ['application/x-ndjson'],
    body: 'LogQuestion',
    answers: { 200: 'LogLines', 400: 'Error', 403: 'Error', 503: 'Error' },
    handle: async (request, { herder }) => {
      herder.checkInternal(signatureOf(request))
      const { follow, ...question } = readLogQuestion(request.body)
      if (follow) return followed(herder.logs, null, question, 'application/x-ndjson')
      return linesAnswer(await herder.logs.recent(null, question))
    },
  },
]

/** Whether it is the right signature, and whether none will do, only the herder can tell: it has the key. */
function signatureOf(request: RestRequest): InternalRequestSignature | null {
  const signature = request.header(signatureHeader)
  const algorithm = request.header(signatureAlgorithmHeader)
  if (signature === null && algorithm === null) return null
  if (signature === null || algorithm === null) throw new RestError(400, 'Internal request missing required signature')
  if (macAlgorithm(algorithm) === undefined) throw new RestError(400, `No such signature algorithm: ${algorithm}`)
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(signature)) {
    throw new RestError(400, 'The signature of an internal request must be base64')
  }
  return { algorithm, signature, body: request.body }
}

function readReportQuestion(body: Buffer): ReportQuestion {
  const { facts = null } = asObject(readJson(body), 'the request body')
  if (facts === 'all' || facts === 'none') return { facts }
  const { connector = null } = asObject(facts, '"facts"')
  if (typeof connector !== 'string') throw malformed('"facts" must be "all", "none" or name a connector')
  return { facts: { connector } }
}

function readLogQuestion(body: Buffer): LogQuestion & { readonly follow: boolean } {
  const { lines, level, connector = null, follow = false } = asObject(readJson(body), 'the request body')
  const known = typeof level === 'string' ? parseLogLevel(level) : undefined
  if (typeof lines !== 'number' || known === undefined) throw malformed('"lines" and "level" must be there')
  if (connector !== null && typeof connector !== 'string') throw malformed('"connector" must be a string')
  return { lines, level: known, connector, follow: follow === true }
}
