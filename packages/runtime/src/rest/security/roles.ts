import { type Role, roles } from '../../config/rest-security-keys.ts'
import type { Method } from '../route.ts'

export type { Role }

/** Who makes a request. */
export interface Caller {
  readonly name: string
  /** Null: known, but nobody said what it may do. */
  readonly role: Role | null
}

export function includesRole(role: Role | null, needed: Role): boolean {
  return role !== null && roles.indexOf(role) >= roles.indexOf(needed)
}

/** The one that may do most. */
export function highestRole(given: Iterable<Role>): Role | null {
  let highest: Role | null = null
  for (const role of given) if (!includesRole(highest, role)) highest = role
  return highest
}

/** The role that a route needs; null for one that takes workers only. */
export function neededRole({ method, role }: { method: Method; role?: Role | null }): Role | null {
  if (role !== undefined) return role
  return method === 'get' ? 'read' : 'admin'
}
