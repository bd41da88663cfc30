/** What an answer says went wrong, in the words of Elasticsearch or of what stands before it, without credentials. */

/** What went wrong, in the words of Elasticsearch. */
export interface Failure {
  readonly status: number
  /** Empty where the answer names none: it came from something in between. */
  readonly type: string
  readonly reason: string
}

/** An error as answers spell it. */
export interface ServerError {
  type?: string
  reason?: string
  caused_by?: ServerError
}

/** Type and reason, with the cause of the reason. */
export function told(error: ServerError | string): { type: string; reason: string } {
  if (typeof error === 'string') return { type: '', reason: withoutCredentials(error) }
  const cause = error.caused_by?.reason
  const reason = (error.reason ?? 'no reason given') + (cause === undefined ? '' : ` (${cause})`)
  return { type: error.type ?? '', reason: withoutCredentials(reason) }
}

/** Some who refuse a request say what they were sent. */
function withoutCredentials(text: string): string {
  return text.replace(/\b(Basic|Bearer|ApiKey) [\w+/=.~-]{8,}/gi, '$1 …')
}

/** What the body of a request that failed as a whole says. Proxies answer in HTML, or in JSON of their own. */
export function readFailure(status: number, body: Buffer): Failure {
  const text = body.toString().trim()
  try {
    const { error } = JSON.parse(text) as { error?: ServerError | string }
    if (error !== undefined && error !== null) return { status, ...told(error) }
  } catch {
    // Shown as it is.
  }
  return { status, type: '', reason: withoutCredentials(text.replace(/\s+/g, ' ')).slice(0, 300) }
}

/** The reason in the body of a failed request, shortened. */
export function reasonOf(body: Buffer): string {
  const { type, reason } = readFailure(0, body)
  return type === '' ? reason : `${type}: ${reason}`
}
