import { ConnectError } from '@penstock/core'

/** The request is one only the leader may carry out; REST forwards it there. */
export class NotLeaderError extends ConnectError {
  /** Advertised URL with trailing slash; null while no leader is known. */
  readonly leaderUrl: string | null

  constructor(message: string, leaderUrl: string | null) {
    super('herder.not_leader', message)
    this.leaderUrl = leaderUrl
  }
}

/** The connector or task runs on another worker; REST forwards the request there. */
export class NotAssignedError extends ConnectError {
  readonly ownerUrl: string | null

  constructor(message: string, ownerUrl: string | null) {
    super('herder.not_assigned', message)
    this.ownerUrl = ownerUrl
  }
}

/** The request itself is wrong; the text is for its sender. */
export class BadRequestError extends ConnectError {}

/** The internal request is not signed with the group's session key. */
export class ForbiddenError extends ConnectError {}

/** The worker can't answer this yet. */
export class UnavailableError extends ConnectError {}
