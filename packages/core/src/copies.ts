const ordinary = Function.prototype[Symbol.hasInstance]

/**
 * Makes `instanceof` know objects of a class from other copies of this package too: a plugin may bring its own, and what
 * it makes (records, structs, errors) is looked at by code that has another. Call it once, behind the class; names must
 * stay the same in all versions. Subclasses keep the ordinary meaning unless they are given one of their own.
 */
export function knownAcrossCopies(shared: abstract new (...args: never[]) => object, name: string): void {
  const mark = Symbol.for(`@penstock/core/${name}`)
  Object.defineProperty(shared.prototype, mark, { value: true })
  Object.defineProperty(shared, Symbol.hasInstance, {
    value(this: unknown, candidate: unknown): boolean {
      if (this !== shared) return ordinary.call(this as typeof shared, candidate)
      return (
        typeof candidate === 'object' && candidate !== null && (candidate as Record<symbol, unknown>)[mark] === true
      )
    },
  })
}
