import type { CharSet } from './char-set.ts'

/** A parsed regular expression. */
export type Node =
  | { readonly kind: 'set'; readonly set: CharSet }
  /** A class with Unicode properties, whose members aren't listed here. */
  | {
      readonly kind: 'property'
      readonly set: CharSet
      readonly properties: readonly string[]
      readonly negated: boolean
    }
  | { readonly kind: 'assertion'; readonly name: Assertion }
  | { readonly kind: 'group'; readonly node: Node; readonly index: number | null }
  | { readonly kind: 'atomic'; readonly node: Node }
  | { readonly kind: 'look'; readonly open: '?=' | '?!' | '?<=' | '?<!'; readonly node: Node }
  | { readonly kind: 'reference'; readonly group: number }
  | { readonly kind: 'sequence'; readonly nodes: readonly Node[] }
  | { readonly kind: 'choice'; readonly nodes: readonly Node[] }
  | {
      readonly kind: 'repeat'
      readonly node: Node
      readonly min: number
      readonly max: number
      readonly lazy: boolean
    }

export type Assertion =
  | 'start of text'
  | 'end of text'
  | 'end or final line break'
  | 'start of line'
  | 'end of line'
  | 'word boundary'
  | 'no word boundary'

export interface Syntax {
  readonly root: Node
  readonly groupCount: number
  readonly groupsByName: ReadonlyMap<string, number>
}
