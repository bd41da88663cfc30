import { ConnectError, messageOf } from '@penstock/core'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose'
import type { RoleRule } from '../../config/rest-security-keys.ts'
import { roles } from '../../config/rest-security-keys.ts'
import { RestError } from '../errors.ts'
import { type Caller, highestRole, type Role } from './roles.ts'
import type { WatchedFile } from './watched-file.ts'

export interface BearerOptions {
  /** Where the keys of the issuer are. */
  readonly keys: { readonly url: string } | { readonly file: WatchedFile<KeySet> }
  readonly issuer: string
  readonly audience: readonly string[]
  readonly rolesClaim: string
  /** Empty: the values of the claim are role names. */
  readonly rules: readonly RoleRule[]
}

export type KeySet = JWTVerifyGetKey

/** Signatures only: with a shared secret, whoever can check a token could also make one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const fetchTimeoutMs = 5_000
const clockToleranceSeconds = 30

/** Users with tokens of an issuer (JWT). */
export class BearerAuthentication {
  readonly #options: BearerOptions
  readonly #remote: KeySet | null

  constructor(options: BearerOptions) {
    this.#options = options
    this.#remote =
      'url' in options.keys ? createRemoteJWKSet(new URL(options.keys.url), { timeoutDuration: fetchTimeoutMs }) : null
  }

  /** Null when the token isn't valid; rejects with 503 when that can't be told because its issuer is away. */
  async authenticate(token: string): Promise<Caller | null> {
    const { issuer, audience } = this.#options
    try {
      const { payload } = await jwtVerify(token, await this.#keySet(), {
        issuer,
        audience: [...audience],
        algorithms,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['exp'],
      })
      return { name: payload.sub ?? 'unnamed', role: this.#roleOf(payload) }
    } catch (error) {
      if (isTokensFault(error)) return null
      throw new RestError(503, `The keys of the token issuer can't be read: ${messageOf(error)}`, { cause: error })
    }
  }

  async #keySet(): Promise<KeySet> {
    const { keys } = this.#options
    if (this.#remote !== null) return this.#remote
    if ('file' in keys) return keys.file.current()
    throw new ConnectError('rest.no_jwks', 'neither a URL nor a file of keys is set')
  }

  #roleOf(payload: JWTPayload): Role | null {
    const { rolesClaim, rules } = this.#options
    const values = valuesOf(claimOf(payload, rolesClaim))
    if (rules.length === 0) return highestRole(roles.filter((role) => values.includes(role)))
    return highestRole(rules.filter(({ name }) => values.includes(name)).map(({ role }) => role))
  }
}

/** Reads a JWKS file. */
export function parseKeySet(text: string): KeySet {
  try {
    return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet)
  } catch (error) {
    throw new ConnectError('rest.malformed_jwks', 'it is no JSON Web Key Set: {"keys":[…]}', { cause: error })
  }
}

function isTokensFault(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false
  // Of the class itself are failures to fetch; everything the token is to blame for has a class of its own.
  return error instanceof errors.JOSEError && error.constructor !== errors.JOSEError
}

/** Names with dots are tried as they are before they lead into objects. */
function claimOf(claims: JWTPayload, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  return path.split('.').reduce<unknown>((value, name) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    return (value as Record<string, unknown>)[name]
  }, claims)
}

function valuesOf(claim: unknown): readonly unknown[] {
  if (typeof claim === 'string') return claim.split(' ')
  return Array.isArray(claim) ? claim : []
}
