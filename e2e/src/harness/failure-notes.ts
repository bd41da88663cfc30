/** Asked when the present test fails: what to show beside the logs of its workers. */
export const failureNotes: (() => string)[] = []
