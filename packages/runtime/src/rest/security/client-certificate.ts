import type { X509Certificate } from 'node:crypto'
import type { RoleRule } from '../../config/rest-security-keys.ts'
import { type Caller, highestRole } from './roles.ts'

/** A user known by the certificate that its connection was made with. */
export function certificateCaller(certificate: X509Certificate, rules: readonly RoleRule[]): Caller {
  const name = subjectOf(certificate)
  return { name, role: highestRole(rules.filter((rule) => matchesSubject(rule.name, name)).map(({ role }) => role)) }
}

/** The subject as Java and RFC 2253 write it: `CN=ops,OU=Platform,O=Acme`, the last part of the certificate first. */
export function subjectOf({ subject }: X509Certificate): string {
  return (subject ?? '').split('\n').reverse().join(',')
}

/** `*` in a rule stands for any text within one part, alone for every subject; spaces after commas don't count. */
function matchesSubject(pattern: string, subject: string): boolean {
  if (pattern === '*') return true
  const wanted = parts(pattern)
  const given = parts(subject)
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => {
      const text = part
        .split('*')
        .map((literal) => literal.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
        .join('.*')
      return new RegExp(`^${text}$`, 's').test(given[index] ?? '')
    })
  )
}

/** Splits at commas that no backslash stands before. */
function parts(name: string): string[] {
  return (name.match(/(?:\\[\s\S]|[^,\\])+/g) ?? []).map((part) => {
    const equals = part.indexOf('=')
    return `${part.slice(0, equals).trim().toUpperCase()}=${part.slice(equals + 1).trim()}`
  })
}
