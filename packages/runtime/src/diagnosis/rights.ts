/** What a user may do, as brokers tell it: one bit for each operation of Kafka's access control. */
const bits = {
  READ: 3,
  WRITE: 4,
  CREATE: 5,
  DESCRIBE: 8,
  DESCRIBE_CONFIGS: 10,
} as const

export type Right = keyof typeof bits

/** Set where a broker does not tell. */
const untold = -2_147_483_648

/** Null where the broker does not tell. */
export function rightsOf(operations: number): ReadonlySet<Right> | null {
  if (operations === untold) return null
  const names = Object.keys(bits) as Right[]
  return new Set(names.filter((name) => (operations & (1 << bits[name])) !== 0))
}
