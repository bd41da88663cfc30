/** Error codes of the Kafka protocol that decisions are made on. */
export const kafkaErrors = {
  coordinatorLoadInProgress: 14,
  coordinatorNotAvailable: 15,
  notCoordinator: 16,
  illegalGeneration: 22,
  inconsistentGroupProtocol: 23,
  invalidGroupId: 24,
  unknownMemberId: 25,
  invalidSessionTimeout: 26,
  rebalanceInProgress: 27,
  topicAuthorizationFailed: 29,
  groupAuthorizationFailed: 30,
  clusterAuthorizationFailed: 31,
  topicExists: 36,
  invalidReplicationFactor: 38,
  concurrentTransactions: 51,
  nonEmptyGroup: 68,
  groupIdNotFound: 69,
  memberIdRequired: 79,
  groupMaxSizeReached: 81,
  fencedInstanceId: 82,
  groupSubscribedToTopic: 86,
  /** Worth trying again: leader or coordinator moving, time-outs, overload. */
  retriable: new Set([2, 5, 6, 7, 8, 9, 13, 14, 15, 16, 19, 20, 27, 41, 44, 56, 74, 75]),
} as const

/** The protocol's error code inside what the client threw, however deeply wrapped; null for anything else. */
export function kafkaErrorCode(error: unknown): number | null {
  if (typeof error !== 'object' || error === null) return null
  const { apiCode, errors, cause } = error as { apiCode?: unknown; errors?: unknown; cause?: unknown }
  if (typeof apiCode === 'number') return apiCode
  if (Array.isArray(errors)) {
    for (const nested of errors) {
      const code = kafkaErrorCode(nested)
      if (code !== null) return code
    }
  }
  return cause === undefined ? null : kafkaErrorCode(cause)
}
