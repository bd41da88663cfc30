import { DataError } from '@penstock/core'
import { Branch, type Leaf, opensTo, type Path } from './branch.ts'

/** What happens where two fields want one place: the record fails, the later one takes it, or the earlier one keeps it. */
export const conflictRules = ['fail', 'replace', 'keep'] as const
export type ConflictRule = (typeof conflictRules)[number]

/**
 * Puts something at a path; objects are made on the way, and two objects become one. Answers with what found no place,
 * which only the rule `keep` leaves.
 */
export function put(root: Branch, path: Path, node: Branch | Leaf, rule: ConflictRule): Branch | Leaf | undefined {
  let current = root
  for (let depth = 0; depth < path.length - 1; depth++) {
    const step = path[depth] as string
    const found = current.open(step)
    if (found instanceof Branch) {
      current = found
      continue
    }
    if (found !== undefined && !isFree(found)) {
      if (rule === 'keep') return node
      if (rule === 'fail') throw conflict(path.slice(0, depth + 1), 'holds a value where an object is to be')
    }
    const made = new Branch()
    current.members.set(step, made)
    current = made
  }
  return putMember(current, path.at(-1) as string, node, rule, path)
}

function putMember(
  parent: Branch,
  name: string,
  node: Branch | Leaf,
  rule: ConflictRule,
  path: readonly string[],
): Branch | Leaf | undefined {
  const found = parent.open(name)
  if (found === undefined || (!(found instanceof Branch) && isFree(found))) {
    parent.members.set(name, node)
    return undefined
  }
  const object = node instanceof Branch ? node : opensTo(node)
  if (found instanceof Branch && object !== null) return merge(found, object, rule, path)
  if (rule === 'keep') return node
  if (rule === 'replace') parent.members.set(name, node)
  else if (!isSame(found, node)) throw conflict(path, 'is there already with another value')
  return undefined
}

function merge(into: Branch, from: Branch, rule: ConflictRule, path: readonly string[]): Branch | undefined {
  const left = new Branch(from.options, from.absent)
  for (const [name, member] of from.members) {
    const rest = putMember(into, name, member, rule, [...path, name])
    if (rest !== undefined) left.members.set(name, rest)
  }
  return left.members.size === 0 ? undefined : left
}

/** Null without a schema is as good as nothing. With one, what a record becomes must not depend on it. */
function isFree({ schema, value }: Leaf): boolean {
  return schema === null && (value === null || value === undefined)
}

function isSame(a: Branch | Leaf, b: Branch | Leaf): boolean {
  return !(a instanceof Branch) && !(b instanceof Branch) && a.value === b.value
}

function conflict(path: readonly string[], what: string): DataError {
  return new DataError(
    'ecs.conflict',
    `the field ${path.join('.')} ${what}; move it by fields=${path.join('.')}:…, or set on.conflict to "replace" or "keep"`,
  )
}

/** Names with dots, as logging libraries for ECS write them, become objects: `log.level` is the `level` of `log`. */
export function expandDots(root: Branch, rule: ConflictRule): void {
  for (const name of [...root.members.keys()].filter((candidate) => candidate.includes('.'))) {
    const member = root.members.get(name) as Branch | Leaf
    const path = name.split('.')
    if (path.includes('')) continue
    root.members.delete(name)
    const rest = put(root, path as unknown as Path, member, rule)
    if (rest !== undefined) root.members.set(name, rest)
  }
}
