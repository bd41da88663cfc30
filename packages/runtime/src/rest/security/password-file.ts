import { ConnectError } from '@penstock/core'
import { type Role, roles } from '../../config/rest-security-keys.ts'

export interface PasswordEntry {
  readonly hash: string
  readonly role: Role
}

const bcryptHash = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/
/** Checking one password at this cost takes a second or more. */
const maxCost = 14

/** Reads lines `user:hash[:role]`; blank ones and those that begin with `#` say nothing. Messages quote no hash. */
export function parsePasswordFile(text: string): ReadonlyMap<string, PasswordEntry> {
  const entries = new Map<string, PasswordEntry>()
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const fail = (problem: string): ConnectError =>
      new ConnectError('rest.malformed_password_file', `line ${index + 1}: ${problem}`)
    const [user = '', hash = '', role = 'read', ...more] = line.trim().split(':')
    if (user === '' || hash === '' || more.length > 0) throw fail('it must read user:hash or user:hash:role')
    const cost = Number(bcryptHash.exec(hash)?.[1] ?? Number.NaN)
    if (Number.isNaN(cost)) throw fail('its hash is none of bcrypt; make one with "htpasswd -nB user"')
    if (cost < 4 || cost > maxCost) throw fail(`the cost of its hash is ${cost}, expected is 4 to ${maxCost}`)
    const known = roles.find((candidate) => candidate === role.toLowerCase())
    if (known === undefined) throw fail(`"${role}" is no role; expected is one of ${roles.join(', ')}`)
    if (entries.has(user)) throw fail(`user ${user} is there twice`)
    entries.set(user, { hash, role: known })
  }
  return entries
}
