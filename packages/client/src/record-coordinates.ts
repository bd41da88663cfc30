interface Coordinates {
  readonly topic: string | null
  readonly partition: number | null
  readonly offset: number | null
}

/** Where a record is, as the workers' logs and errors write it: `topic-partition@offset`. Null where not even the topic is known. */
export function recordCoordinates(at: Coordinates & { readonly topic: string }): string
export function recordCoordinates(at: Coordinates): string | null
export function recordCoordinates({ topic, partition, offset }: Coordinates): string | null {
  if (topic === null) return null
  return `${topic}${partition === null ? '' : `-${partition}`}${offset === null ? '' : `@${offset}`}`
}
