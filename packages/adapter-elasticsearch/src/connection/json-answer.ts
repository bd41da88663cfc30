/**
 * What an answer says; null where it isn't JSON, as of a page of something in between. Numbers beyond 2^53 need another
 * `parse` than JSON's.
 */
export function jsonOf(body: Buffer, parse: (text: string) => unknown = JSON.parse): unknown {
  try {
    return parse(body.toString())
  } catch {
    return null
  }
}
