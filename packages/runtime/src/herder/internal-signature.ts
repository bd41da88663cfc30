import { isMacAlgorithm, sign, verify } from '../group/session-key.ts'
import type { SessionKey } from '../storage/config-state.ts'
import { BadRequestError, ForbiddenError, UnavailableError } from './errors.ts'
import type { InternalRequestSignature } from './herder.ts'

/** Throws unless the request is signed with the group's session key by an algorithm this worker accepts (KIP-507). */
export function checkSignature(
  signed: InternalRequestSignature | null,
  key: SessionKey | null,
  accepted: readonly string[],
): void {
  if (signed === null) {
    throw new BadRequestError('internal.missing_signature', 'Internal request missing required signature')
  }
  const { algorithm, signature, body } = signed
  const base64 = /^[A-Za-z0-9+/]+={0,2}$/
  if (!isMacAlgorithm(algorithm) || !base64.test(signature)) {
    throw new BadRequestError(
      'internal.malformed_signature',
      `The request's signature is malformed: algorithm ${algorithm}`,
    )
  }
  if (!accepted.some((candidate) => candidate.toLowerCase() === algorithm.toLowerCase())) {
    throw new BadRequestError(
      'internal.unsupported_algorithm',
      `This worker does not support the '${algorithm}' key signing algorithm used by other workers. This worker is currently configured to use: ${accepted.join(', ')}. Check that all workers' configuration files permit the same set of signature algorithms, and correct any misconfigured worker and restart it.`,
    )
  }
  if (key === null) {
    throw new UnavailableError(
      'internal.no_key',
      'This worker is still starting up and has not been able to read a session key from the config topic yet',
    )
  }
  if (!verify(key.key, algorithm, body, Buffer.from(signature, 'base64'))) {
    throw new ForbiddenError('internal.invalid_signature', 'Internal request contained invalid signature.')
  }
}

/** What signs a worker's requests to others; no key before protocol level 2. */
export interface RequestSigner {
  readonly sessionKey: () => SessionKey | null
  readonly signatureAlgorithm: string
}

/** Body and headers of a signed request between workers; with `content` null of one without a body. */
export function signedRequest(
  content: unknown,
  { sessionKey, signatureAlgorithm }: RequestSigner,
  accept = 'application/json',
): { readonly headers: Record<string, string>; readonly body: Buffer } {
  const body = content === null ? Buffer.alloc(0) : Buffer.from(JSON.stringify(content))
  return {
    headers: {
      ...(content === null ? {} : { 'content-type': 'application/json' }),
      accept,
      'user-agent': 'kafka-connect',
      ...signatureHeaders(body, sessionKey(), signatureAlgorithm),
    },
    body,
  }
}

function signatureHeaders(body: Buffer, key: SessionKey | null, algorithm: string): Record<string, string> {
  if (key === null) return {}
  return {
    'x-connect-authorization': sign(key.key, algorithm, body).toString('base64'),
    'x-connect-request-signature-algorithm': algorithm,
  }
}
