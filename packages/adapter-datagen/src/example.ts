import { schemasEqual } from '@penstock/core'
import { constant, type Generator, optional, ShapeError, struct, text, tuple } from './generator.ts'
import { hinted } from './hints.ts'

/**
 * The generator of records like an example: objects, lists and constants as they stand, hints replaced. `path` names the
 * place in the example for messages, `name` the schema of an object.
 */
export function likeExample(example: unknown, path = '$', name: string | null = null): Generator {
  if (example === null)
    return optional(
      text(() => ''),
      1,
    )
  if (typeof example === 'string') return at(path, () => hinted(example)) ?? constant(example)
  if (typeof example === 'number' || typeof example === 'boolean') return constant(example)
  if (Array.isArray(example)) return likeList(example, path)
  return struct(
    Object.entries(example as object).map(([field, member]) => [field, likeExample(member, `${path}.${field}`)]),
    name,
  )
}

function likeList(example: readonly unknown[], path: string): Generator {
  const [first, ...others] = example.map((item, i) => likeExample(item, `${path}[${i}]`))
  if (first === undefined) throw new ShapeError(`${path} is an empty list: give it at least one item`)
  if (!others.every((item) => schemasEqual(item.schema, first.schema))) {
    throw new ShapeError(`${path} holds items of several types: those of a list must be of one`)
  }
  return tuple([first, ...others])
}

function at<Result>(path: string, make: () => Result): Result {
  try {
    return make()
  } catch (error) {
    throw error instanceof ShapeError ? new ShapeError(`${path}: ${error.message}`) : error
  }
}
