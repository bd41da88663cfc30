/** A pattern as an automaton with one state per character that it mentions (Glushkov's construction). */
import { anyChar, type CharSet } from './char-set.ts'
import type { Node } from './syntax.ts'

/** Beyond so many states it is not built to the end. */
export const maxStates = 250

/** What a part of the pattern contributes: the states that it may begin and end with. */
interface Fragment {
  readonly nullable: boolean
  readonly first: readonly number[]
  readonly last: readonly number[]
}

const empty: Fragment = { nullable: true, first: [], last: [] }

export class Automaton {
  readonly sets: CharSet[] = []
  /** By state: the states that may follow, and in how many ways each. */
  readonly follow: Map<number, number>[] = []

  of(node: Node): Fragment {
    if (this.sets.length > maxStates) return empty
    switch (node.kind) {
      case 'set':
        return this.#state(node.set)
      case 'property':
        return this.#state(anyChar)
      case 'assertion':
      case 'look':
        return empty
      case 'reference': {
        const any = this.#state(anyChar)
        this.#connect(any.last, any.first)
        return { ...any, nullable: true }
      }
      case 'atomic':
        return this.#atomic(node.node)
      case 'group':
        return this.of(node.node)
      case 'sequence':
        return node.nodes.reduce<Fragment>((before, part) => this.#sequence(before, this.of(part)), empty)
      case 'choice': {
        const branches = node.nodes.map((branch) => this.of(branch))
        return {
          nullable: branches.some(({ nullable }) => nullable),
          first: branches.flatMap(({ first }) => first),
          last: branches.flatMap(({ last }) => last),
        }
      }
      case 'repeat':
        return this.#repeat(node.node, node.min, node.max)
    }
  }

  /** Small counts are written out, others count as loops without an end. */
  #repeat(node: Node, min: number, max: number): Fragment {
    if (max === 0) return empty
    const before = this.sets.length
    const once = this.of(node)
    const size = Math.max(1, this.sets.length - before)
    if (max === 1) return { ...once, nullable: once.nullable || min === 0 }
    if (max === Infinity || size * max > 24) {
      this.#connect(once.last, once.first)
      return { ...once, nullable: once.nullable || min === 0 }
    }
    let all: Fragment = { ...once, nullable: once.nullable || min === 0 }
    for (let i = 1; i < max; i++) {
      const copy = this.of(node)
      all = this.#sequence(all, { ...copy, nullable: copy.nullable || i >= min })
    }
    return all
  }

  /** Gives nothing back once it has matched, so from outside it is one step over any of its characters. */
  #atomic(node: Node): Fragment {
    const inner = new Automaton()
    const { nullable } = inner.of(node)
    const state = this.#state(inner.sets.length > maxStates ? anyChar : inner.sets.flat())
    return { ...state, nullable }
  }

  #sequence(a: Fragment, b: Fragment): Fragment {
    this.#connect(a.last, b.first)
    return {
      nullable: a.nullable && b.nullable,
      first: a.nullable ? [...a.first, ...b.first] : a.first,
      last: b.nullable ? [...a.last, ...b.last] : b.last,
    }
  }

  #connect(from: readonly number[], to: readonly number[]): void {
    for (const state of from) {
      const next = this.follow[state] as Map<number, number>
      for (const target of to) next.set(target, (next.get(target) ?? 0) + 1)
    }
  }

  #state(set: CharSet): Fragment {
    const state = this.sets.push(set) - 1
    this.follow.push(new Map())
    return { nullable: false, first: [state], last: [state] }
  }
}
