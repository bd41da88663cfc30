/**
 * True for the text of a 409 that is over in a moment: the group rebalances, or a worker is behind with its configs. All
 * of Kafka Connect's begin alike; any other 409, such as that of a name that is taken, is final.
 */
export function isMomentaryConflict(message: string): boolean {
  return /Cannot complete request (?:because of a conflicting operation|momentarily)/.test(message)
}
