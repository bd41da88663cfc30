/** Puts what the two Kafka clients say of a failed connection into a sentence that names what to check. */
import { kafkaErrorCode } from './protocol-errors.ts'

interface Rule {
  readonly says: RegExp
  readonly check: string
}

/** The first that fits counts: what is most particular comes first. */
const rules: readonly Rule[] = [
  {
    says: /OIDC token|OAUTHBEARER token|no token from/,
    check:
      'no token came from the token endpoint: check sasl.oauthbearer.token.endpoint.url, the client id and the client secret',
  },
  {
    says: /alert (bad certificate|certificate|unknown ca)|_ALERT_(BAD_|UNKNOWN_CA|CERTIFICATE)|No matching issuer/i,
    check:
      'the broker does not accept the client’s certificate, or asks for one: check ssl.keystore.*, that the certificate has not expired and that the broker trusts who signed it',
  },
  {
    says: /CERT_HAS_EXPIRED|certificate has expired/,
    check: 'the broker’s certificate has expired: it must be renewed on the broker',
  },
  {
    says: /ALTNAME|host ?name mismatch/i,
    check:
      'the broker’s certificate is for another host: check bootstrap.servers and the broker’s advertised.listeners; an empty ssl.endpoint.identification.algorithm switches this check off',
  },
  {
    says: /self.signed|SELF_SIGNED|unable to (get|verify)|UNABLE_TO_/i,
    check: 'the broker’s certificate is signed by nobody who is trusted here: check ssl.truststore.*',
  },
  {
    says: /certificate verify failed/,
    check:
      'the broker’s certificate can’t be verified: it has expired, is for another host, or is signed by nobody who is trusted here; check it and ssl.truststore.*',
  },
  {
    says: /PLAINTEXT broker listener|broker supports TLS|wrong version number|WRONG_VERSION/i,
    check: 'the broker does not speak TLS on this port: check security.protocol and the port in bootstrap.servers',
  },
  {
    says: /Broker requires TLS/,
    check: 'the broker speaks TLS on this port: set security.protocol to SSL or SASL_SSL, or check the port',
  },
  {
    says: /unsupported SASL mechanism|does not support the requested SASL mechanism/i,
    check: 'the broker does not offer this way to log in: check sasl.mechanism',
  },
  {
    says: /current SASL state/,
    check: 'the broker asks for no login on this port: check security.protocol and the port in bootstrap.servers',
  },
  {
    says: /invalid credentials|invalid username|SASL authentication (error|failed)|refused the token/i,
    check:
      'the broker refused the login: check user and password in sasl.jaas.config (for OAUTHBEARER what the token says) and sasl.mechanism',
  },
  {
    says: /ENOTFOUND|EAI_AGAIN|Failed to resolve|host resolution/i,
    check: 'the host name is unknown: check bootstrap.servers and the name service',
  },
  {
    says: /ECONNREFUSED|connection refused/i,
    check: 'nobody listens there: check bootstrap.servers and that Kafka runs',
  },
  {
    says: /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timed out|no route/i,
    check: 'nobody answers: check bootstrap.servers, the network and its firewalls',
  },
  {
    says: /connection closed|closed by peer|before secure TLS connection|ECONNRESET|suitable SASL mechanism/i,
    check:
      'the broker closes the connection: check that security.protocol fits the port in bootstrap.servers and, where the broker asks for it, the client certificate (ssl.keystore.*)',
  },
]

/** Answers while logging in, before anything is asked: mechanism, state, credentials. */
const loginCodes: readonly number[] = [33, 34, 58]

/** What trying again does not mend as long as nobody changes something. */
const lasting: readonly RegExp[] = [
  /SASL authentication error/,
  /mechanism handshake failed/,
  /certificate verify failed/,
  /alert (bad certificate|certificate|unknown ca)/,
]

/** What to check, and what was said. Holds no secret: clients tell hosts, files and codes, never credentials. */
export function connectionProblem(error: unknown): string {
  const texts = typeof error === 'string' ? [plain(error)] : textsOf(error)
  const all = texts.join('\n')
  const rule = rules.find(({ says }) => says.test(all))
  const where = /Connection to (\S+) failed/.exec(all)?.[1]
  const detail = `${texts.at(-1) ?? 'no reason given'}${where === undefined ? '' : `, at ${where}`}`
  return rule === undefined ? detail : `${rule.check} (${detail})`
}

/** Why a call of the protocol failed: what the broker answered, or what to check of a connection. */
export function failureReason(error: unknown): string {
  return isConnectionFailure(error) ? connectionProblem(error) : (textsOf(error).at(-1) ?? String(error))
}

/** True where no broker has answered the call itself. */
export function isConnectionFailure(error: unknown): boolean {
  const code = kafkaErrorCode(error)
  return code === null || loginCodes.includes(code)
}

/** True for a line of librdkafka's log about a refusal that only a change of configuration ends. */
export function isLasting(text: string): boolean {
  return lasting.some((pattern) => pattern.test(text))
}

/** True where it is the login that was refused. */
export function isLoginRefused(text: string): boolean {
  return /SASL authentication error|mechanism handshake failed/.test(text)
}

/** The messages from the outermost error to the innermost of the first branch. */
function textsOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 8) return error === undefined ? [] : [String(error)]
  const { message, code, serverErrorMessage, errors, cause } = error as Record<string, unknown>
  const own = [message, serverErrorMessage].filter((text): text is string => typeof text === 'string' && text !== '')
  const inner = Array.isArray(errors) && errors.length > 0 ? errors[0] : cause
  const shown = own.length === 0 && typeof code === 'string' ? [code] : own
  return [...shown.map(plain), ...(inner === undefined ? [] : textsOf(inner, depth + 1))]
}

/** Without the names of threads, repetitions and times that librdkafka adds. */
function plain(text: string): string {
  return text
    .replace(/^\[thrd:[^\]]*\]: /, '')
    .replace(/^\S+\/(?:bootstrap|\d+): /, '')
    .replace(/ \(after \d+ms in state .*\)$/, '')
    .trim()
}
