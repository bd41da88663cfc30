import assert from 'node:assert/strict'

const deadlineMs = 10_000

/** The promise's result; fails the test where that takes too long. */
export async function soon<Result>(what: string, promise: Promise<Result> | Result): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new assert.AssertionError({ message: `${what} takes too long` })), deadlineMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
