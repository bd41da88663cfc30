/** A MAC by its Java name: the digest behind it and the bytes of the key that Java generates for it. */
export interface MacAlgorithm {
  readonly digest: string
  readonly keyBytes: number
}

const macs: ReadonlyMap<string, MacAlgorithm> = new Map([
  ['HmacMD5', { digest: 'md5', keyBytes: 64 }],
  ['HmacSHA1', { digest: 'sha1', keyBytes: 64 }],
  ['HmacSHA224', { digest: 'sha224', keyBytes: 28 }],
  ['HmacSHA256', { digest: 'sha256', keyBytes: 32 }],
  ['HmacSHA384', { digest: 'sha384', keyBytes: 48 }],
  ['HmacSHA512', { digest: 'sha512', keyBytes: 64 }],
])
const macsByLowerName = new Map([...macs].map(([name, mac]) => [name.toLowerCase(), mac]))

export const macAlgorithmNames: readonly string[] = [...macs.keys()]

/** Looks a MAC up by its Java name, without case as Java does; undefined when it isn't known. */
export function macAlgorithm(name: string): MacAlgorithm | undefined {
  return macsByLowerName.get(name.toLowerCase())
}
