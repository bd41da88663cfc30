/**
 * How much work a backtracking engine may have with a pattern. Ambiguity of the pattern's automaton (automaton.ts) is
 * what makes backtracking slow:
 * - two different loops from a state to itself over the same text: exponential, as in `(a+)+b`;
 * - a chain of k loops that can all read the same text: work grows with the k-th power of the length, as in `.*x.*y`.
 *
 * Where it can't tell, it answers with the worse.
 */
import { Automaton, maxStates } from './automaton.ts'
import { anyChar, type CharSet } from './char-set.ts'
import type { Node } from './syntax.ts'

export interface Ambiguity {
  readonly exponential: boolean
  /** The k above; 1 means that the work grows with the length only. */
  readonly degree: number
}

const maxLoopStates = 64

/** `find` also counts the search for a beginning anywhere in the text. */
export function ambiguityOf(root: Node, mode: 'find' | 'whole'): Ambiguity {
  const inner = innerPatterns(root).map((node) => ambiguityOf(node, 'whole'))
  const innerDegree = Math.max(0, ...inner.map(({ degree }) => degree))
  if (inner.some(({ exponential }) => exponential)) return { exponential: true, degree: Infinity }
  const automaton = new Automaton()
  const searching = mode === 'find' && !startsAtStart(root)
  const fragment = automaton.of(searching ? searchFor(root) : root)
  if (automaton.sets.length > maxStates) return { exponential: true, degree: Infinity }
  const final = mode === 'find' && !mayFailAtEnd(root) ? new Set(fragment.last) : new Set<number>()
  const own = measure(automaton, final)
  return { exponential: own.exponential, degree: own.degree + innerDegree }
}

function searchFor(root: Node): Node {
  const anywhere: Node = { kind: 'repeat', node: { kind: 'set', set: anyChar }, min: 0, max: Infinity, lazy: true }
  return { kind: 'sequence', nodes: [anywhere, root] }
}

/** Lookarounds and atomic groups run on their own, once at each place. */
function innerPatterns(node: Node): Node[] {
  switch (node.kind) {
    case 'look':
    case 'atomic':
      return [node.node]
    case 'group':
    case 'repeat':
      return innerPatterns(node.node)
    case 'sequence':
    case 'choice':
      return node.nodes.flatMap(innerPatterns)
    default:
      return []
  }
}

function startsAtStart(node: Node): boolean {
  switch (node.kind) {
    case 'assertion':
      return node.name === 'start of text'
    case 'group':
      return startsAtStart(node.node)
    case 'sequence':
      return node.nodes[0] !== undefined && startsAtStart(node.nodes[0])
    case 'choice':
      return node.nodes.every(startsAtStart)
    default:
      return false
  }
}

/** Whether something without a length of its own may refuse what the states accept. */
function mayFailAtEnd(node: Node): boolean {
  switch (node.kind) {
    case 'assertion':
      return node.name !== 'start of text'
    case 'look':
    case 'reference':
      return true
    case 'group':
    case 'repeat':
    case 'atomic':
      return mayFailAtEnd(node.node)
    case 'sequence':
    case 'choice':
      return node.nodes.some(mayFailAtEnd)
    default:
      return false
  }
}

function measure({ sets, follow }: Automaton, final: ReadonlySet<number>): Ambiguity {
  const masks = masksOf(sets)
  const next = follow.map((targets) => [...targets.keys()])
  const reach = reachability(next)
  const loops = loopsOf(next, reach)
  if (loops.some((loop) => loop.length > maxLoopStates || isExponential(loop, follow, masks))) {
    return { exponential: true, degree: Infinity }
  }
  // Nothing can fail after a loop that may end the pattern: the engine never comes back to it.
  const counted = loops.filter((loop) => !loop.some((state) => final.has(state)))
  const chainedTo = counted.map((from) => counted.map((to) => from !== to && areChained(from, to, next, reach, masks)))
  const lengths = new Map<number, number>()
  const longest = (i: number): number => {
    const known = lengths.get(i)
    if (known !== undefined) return known
    const after = counted.map((_, j) => (chainedTo[i]?.[j] ? longest(j) : 0))
    const length = 1 + Math.max(0, ...after)
    lengths.set(i, length)
    return length
  }
  return { exponential: false, degree: Math.max(1, ...counted.map((_, i) => longest(i))) }
}

/** By state: a bit for each class of characters that no state tells apart. */
function masksOf(sets: readonly CharSet[]): readonly bigint[] {
  const starts = [...new Set(sets.flatMap((set) => set.flatMap(([low, high]) => [low, high + 1])))]
  return sets.map((set) => {
    let mask = 0n
    starts.forEach((start, bit) => {
      if (set.some(([low, high]) => low <= start && start <= high)) mask |= 1n << BigInt(bit)
    })
    return mask
  })
}

function reachability(next: readonly (readonly number[])[]): readonly ReadonlySet<number>[] {
  return next.map((targets) => {
    const seen = new Set<number>(targets)
    for (const state of seen) for (const target of next[state] ?? []) seen.add(target)
    return seen
  })
}

/** The sets of states that reach each other. */
function loopsOf(next: readonly unknown[], reach: readonly ReadonlySet<number>[]): number[][] {
  const loops: number[][] = []
  const placed = new Set<number>()
  for (let state = 0; state < next.length; state++) {
    if (placed.has(state) || !reach[state]?.has(state)) continue
    const loop = [...(reach[state] as ReadonlySet<number>)].filter((other) => reach[other]?.has(state))
    for (const member of loop) placed.add(member)
    loops.push(loop)
  }
  return loops
}

/** Whether some text leads from a state of the loop back to it in two ways. */
function isExponential(
  loop: readonly number[],
  follow: readonly Map<number, number>[],
  masks: readonly bigint[],
): boolean {
  const inside = new Set(loop)
  const steps = (state: number): [number, number][] =>
    [...(follow[state] ?? [])].filter(([target]) => inside.has(target))
  const count = masks.length
  return loop.some((origin) => {
    const seen = new Set<number>()
    const pending: [number, number, boolean][] = [[origin, origin, false]]
    for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
      const [left, right, parted] = step
      for (const [a, ways] of steps(left)) {
        for (const [b] of steps(right)) {
          if (((masks[a] as bigint) & (masks[b] as bigint)) === 0n) continue
          const apart = parted || a !== b || (left === right && ways > 1)
          if (apart && a === origin && b === origin) return true
          const state = (a * count + b) * 2 + (apart ? 1 : 0)
          if (seen.has(state)) continue
          seen.add(state)
          pending.push([a, b, apart])
        }
      }
    }
    return false
  })
}

/** Whether some text can be read going round `from`, going round `to`, and going from the one to the other. */
function areChained(
  from: readonly number[],
  to: readonly number[],
  next: readonly (readonly number[])[],
  reach: readonly ReadonlySet<number>[],
  masks: readonly bigint[],
): boolean {
  const [inFrom, inTo] = [new Set(from), new Set(to)]
  const count = masks.length
  return from.some((p) =>
    to.some((q) => {
      if (!reach[p]?.has(q)) return false
      const seen = new Set<number>()
      const pending: [number, number, number][] = [[p, p, q]]
      for (let step = pending.pop(); step !== undefined; step = pending.pop()) {
        const [left, middle, right] = step
        for (const a of next[left] ?? []) {
          if (!inFrom.has(a)) continue
          for (const c of next[right] ?? []) {
            const common = inTo.has(c) ? (masks[a] as bigint) & (masks[c] as bigint) : 0n
            if (common === 0n) continue
            for (const b of next[middle] ?? []) {
              if ((common & (masks[b] as bigint)) === 0n || !(b === q || reach[b]?.has(q))) continue
              if (a === p && b === q && c === q) return true
              const state = (a * count + b) * count + c
              if (seen.has(state)) continue
              seen.add(state)
              pending.push([a, b, c])
            }
          }
        }
      }
      return false
    }),
  )
}
