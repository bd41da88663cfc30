/** Who makes a request. Read next: basic.ts, bearer.ts, client-certificate.ts; guard.ts asks for it. */
import type { X509Certificate } from 'node:crypto'
import { type Clock, ConfigError, type Logger, messageOf } from '@penstock/core'
import { parseRoleRule, type RoleRule, splitRules } from '../../config/rest-security-keys.ts'
import type { WorkerConfig } from '../../config/worker-config.ts'
import { RestError } from '../errors.ts'
import { BasicAuthentication } from './basic.ts'
import { BearerAuthentication, type BearerOptions, parseKeySet } from './bearer.ts'
import { certificateCaller } from './client-certificate.ts'
import { PasswordChecker } from './password-checker.ts'
import { parsePasswordFile } from './password-file.ts'
import type { Caller } from './roles.ts'
import { WatchedFile } from './watched-file.ts'

/** What a request says of who makes it. */
export interface Evidence {
  /** The header Authorization. */
  readonly authorization: string | null
  /** The certificate of the connection, if it is one that this worker trusts. */
  readonly certificate: X509Certificate | null
}

export interface Authentication {
  /** Rejects with 401 when nobody known is behind the request. */
  authenticate(evidence: Evidence): Promise<Caller>
  close(): Promise<void>
}

export interface AuthenticationOptions {
  readonly config: WorkerConfig
  readonly logger: Logger
  readonly clock: Clock
}

/** Null when everybody may do everything. Rejects with what is wrong with a file that it needs. */
export async function openAuthentication(options: AuthenticationOptions): Promise<Authentication | null> {
  const { config, clock } = options
  const methods = config['rest.authentication.methods']
  if (methods.length === 0) return null
  const passwords = new PasswordChecker(clock)
  const basic = methods.includes('basic') ? await openBasic(options, passwords) : null
  const bearer = methods.includes('jwt') ? await openBearer(options) : null
  const certificateRules = methods.includes('mtls') ? rules(splitRules(config['rest.authentication.mtls.roles'])) : null
  const challenges = [
    ...(bearer === null ? [] : ['Bearer realm="penstock"']),
    ...(basic === null ? [] : ['Basic realm="penstock", charset="UTF-8"']),
    ...(certificateRules === null ? [] : ['ClientCertificate realm="penstock"']),
  ]

  /** Credentials that are there count, right or wrong: a wrong password isn't made good by a certificate. */
  async function callerOf({ authorization, certificate }: Evidence): Promise<Caller | null> {
    const [, scheme = '', credentials = ''] = /^(\S+) +(\S+) *$/.exec(authorization ?? '') ?? []
    if (basic !== null && scheme.toLowerCase() === 'basic') return basic.authenticate(credentials)
    if (bearer !== null && scheme.toLowerCase() === 'bearer') return bearer.authenticate(credentials)
    if (authorization !== null || certificateRules === null || certificate === null) return null
    return certificateCaller(certificate, certificateRules)
  }

  return {
    async authenticate(evidence) {
      const caller = await callerOf(evidence)
      if (caller !== null) return caller
      throw new RestError(401, 'User cannot access the resource.', { headers: { 'WWW-Authenticate': challenges } })
    },
    close: () => passwords.close(),
  }
}

async function openBasic(options: AuthenticationOptions, passwords: PasswordChecker): Promise<BasicAuthentication> {
  const file = await openFile(options, 'rest.authentication.basic.file', parsePasswordFile)
  return new BasicAuthentication(file, passwords)
}

async function openBearer(options: AuthenticationOptions): Promise<BearerAuthentication> {
  const { config } = options
  const url = config['rest.authentication.jwt.jwks.url']
  const keys: BearerOptions['keys'] =
    url === null ? { file: await openFile(options, 'rest.authentication.jwt.jwks.file', parseKeySet) } : { url }
  return new BearerAuthentication({
    keys,
    issuer: config['rest.authentication.jwt.issuer'] ?? '',
    audience: config['rest.authentication.jwt.audience'],
    rolesClaim: config['rest.authentication.jwt.roles.claim'],
    rules: rules(config['rest.authentication.jwt.roles']),
  })
}

async function openFile<Content>(
  { config, logger, clock }: AuthenticationOptions,
  key: 'rest.authentication.basic.file' | 'rest.authentication.jwt.jwks.file',
  parse: (text: string) => Content,
): Promise<WatchedFile<Content>> {
  const path = config[key] ?? ''
  try {
    return await WatchedFile.open({ path, key, parse, logger, clock })
  } catch (error) {
    throw new ConfigError([{ key, message: `${key} names ${path}, which can't be used: ${messageOf(error)}` }])
  }
}

function rules(texts: readonly string[]): RoleRule[] {
  return texts.map(parseRoleRule).filter((rule) => rule !== null)
}
