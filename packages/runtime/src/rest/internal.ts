import { macAlgorithm } from '../config/mac-algorithms.ts'
import type { InternalRequestSignature } from '../herder/herder.ts'
import { readTaskConfigs } from './bodies.ts'
import { RestError } from './errors.ts'
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
