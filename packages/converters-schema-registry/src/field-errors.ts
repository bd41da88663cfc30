/** Errors of values say which field they are about; the path grows on the way out. */
import { DataError, messageOf } from '@penstock/core'

/** What `call` gives; a DataError of it names the field. */
export function withinField<Result>(field: string, call: () => Result): Result {
  try {
    return call()
  } catch (error) {
    throw errorInField(field, error)
  }
}

/** For loops that are too hot for a closure; errors that are not about data stay as they are. */
export function errorInField(field: string, error: unknown): unknown {
  if (!(error instanceof DataError)) return error
  return new DataError(error.code, `${messageOf(error)} (field "${field}")`, { cause: error })
}
