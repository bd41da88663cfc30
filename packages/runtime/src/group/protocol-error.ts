/** What was wrong with a message of the group protocol. */
export type ProtocolErrorCode =
  | 'group.truncated_message'
  | 'group.malformed_message'
  | 'group.unencodable_message'
  | 'group.unknown_protocol'

/** A message of the group protocol that cannot be read, or a value that cannot be written as one. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly code: ProtocolErrorCode
  /** The byte of the message at which reading or writing stopped. */
  readonly offset: number

  constructor(code: ProtocolErrorCode, message: string, offset: number) {
    super(message)
    this.code = code
    this.offset = offset
  }
}
