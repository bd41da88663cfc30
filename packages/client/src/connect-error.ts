/** A worker's answer that is no success. `message` is the worker's own text. */
export class ConnectError extends Error {
  override readonly name = 'ConnectError'
  /** The HTTP status of the answer. */
  readonly status: number
  /** As in the body; equals `status` where the body names none. */
  readonly error_code: number

  constructor(status: number, error_code: number, message: string) {
    super(message)
    this.status = status
    this.error_code = error_code
  }
}
