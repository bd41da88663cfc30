import { key } from '@penstock/core'

const methods = ['basic', 'jwt', 'mtls'] as const

export const roles = ['read', 'operate', 'admin'] as const
/** What a user may do; each role may do what those before it may. */
export type Role = (typeof roles)[number]

/** Paths that hold nothing of connectors and may be open to probes and scrapers. */
const openable = ['/', '/health', '/metrics', '/openapi.json']

/** The keys that say who may use the REST API. */
export const restSecurityKeys = {
  'rest.authentication.methods': key.list({
    default: [],
    importance: 'high',
    doc: 'How users of the REST API prove who they are: any of `basic`, `jwt`, `mtls`. Empty: everybody may do everything. The roles are `read` (GET), `operate` (also pause, resume, stop, restart, validate and read offsets) and `admin` (everything).',
    check: (given) => {
      const unknown = given.find((method) => !methods.some((known) => known === method))
      return unknown === undefined ? undefined : `"${unknown}" is none of ${methods.join(', ')}`
    },
  }),
  'rest.authentication.open.paths': key.list({
    default: [],
    importance: 'medium',
    doc: 'Paths that need no authentication: any of `/`, `/health`, `/metrics`, `/openapi.json`.',
    check: (given) => {
      const unknown = given.find((path) => !openable.includes(path))
      return unknown === undefined ? undefined : `"${unknown}" is none of ${openable.join(', ')}`
    },
  }),
  'rest.authentication.basic.file': key.string({
    default: null,
    importance: 'medium',
    doc: 'File with a line `user:hash` or `user:hash:role` for each user, the hash by bcrypt (`htpasswd -nB user`). Without a role: read. Changes are noticed.',
  }),
  'rest.authentication.jwt.jwks.url': key.string({
    default: null,
    importance: 'medium',
    doc: 'Where the issuer of tokens publishes its keys (JWKS).',
    check: (text) => (URL.canParse(text) && /^https?:/i.test(text) ? undefined : 'Value must be an http(s) URL'),
  }),
  'rest.authentication.jwt.jwks.file': key.string({
    default: null,
    importance: 'low',
    doc: 'File with the keys of the issuer instead. Changes are noticed.',
  }),
  'rest.authentication.jwt.issuer': key.string({
    default: null,
    importance: 'medium',
    doc: 'The `iss` that tokens must have.',
  }),
  'rest.authentication.jwt.audience': key.list({
    default: [],
    importance: 'medium',
    doc: 'The `aud` that tokens must have, at least one of these.',
  }),
  'rest.authentication.jwt.roles.claim': key.string({
    default: 'roles',
    importance: 'low',
    doc: 'Claim with the roles of the user, a list or a text with spaces; dots lead into objects: `realm_access.roles`.',
  }),
  'rest.authentication.jwt.roles': key.list({
    default: [],
    importance: 'low',
    doc: 'What values of that claim stand for: `kafka-admins=admin,support=operate`. Empty: they are role names themselves.',
    check: (rules) => rules.map(ruleProblem).find((problem) => problem !== undefined),
  }),
  'rest.authentication.mtls.roles': key.string({
    default: '',
    importance: 'medium',
    doc: 'Roles of client certificates by subject: `CN=ops,O=Acme=admin; CN=view-*,O=Acme=read; *=read`. `*` stands for any text of one part, alone for every subject. Requests that one worker passes on to another come with the certificate of the first.',
    check: (text) =>
      splitRules(text)
        .map(ruleProblem)
        .find((problem) => problem !== undefined),
  }),
}

/** One rule `name=role`. */
export interface RoleRule {
  readonly name: string
  readonly role: Role
}

/** Null for what is no rule. */
export function parseRoleRule(text: string): RoleRule | null {
  const equals = text.lastIndexOf('=')
  const role = roles.find(
    (known) =>
      known ===
      text
        .slice(equals + 1)
        .trim()
        .toLowerCase(),
  )
  const name = text.slice(0, Math.max(0, equals)).trim()
  return role === undefined || name === '' ? null : { name, role }
}

/** Rules whose names hold commas are kept apart by semicolons. */
export function splitRules(text: string): string[] {
  return text
    .split(';')
    .map((rule) => rule.trim())
    .filter((rule) => rule !== '')
}

function ruleProblem(text: string): string | undefined {
  return parseRoleRule(text) === null ? `"${text}" must read name=role, the role one of ${roles.join(', ')}` : undefined
}
