/** What an answer says; null where it isn't JSON, as of a page of something in between. Not for numbers beyond 2^53. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    return null
  }
}
