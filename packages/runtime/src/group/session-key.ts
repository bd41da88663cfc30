import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Signatures of requests between workers (KIP-507). Only the body is signed; a request without one signs the empty
 * text. Algorithms go by their Java names, since workers on the JVM read them too.
 */

/** Java's name, the digest behind it and the bytes of the key that Java generates for it. */
const macs: Readonly<Record<string, { digest: string; keyBytes: number }>> = {
  hmacmd5: { digest: 'md5', keyBytes: 64 },
  hmacsha1: { digest: 'sha1', keyBytes: 64 },
  hmacsha224: { digest: 'sha224', keyBytes: 28 },
  hmacsha256: { digest: 'sha256', keyBytes: 32 },
  hmacsha384: { digest: 'sha384', keyBytes: 48 },
  hmacsha512: { digest: 'sha512', keyBytes: 64 },
}

/** True for the name of a MAC that {@link sign} knows; Java compares these names without case. */
export function isMacAlgorithm(algorithm: string): boolean {
  return Object.hasOwn(macs, algorithm.toLowerCase())
}

/** Makes a random key. `sizeBits` null: as many bits as Java uses for this algorithm. */
export function generateSessionKey(algorithm: string, sizeBits: number | null): Buffer {
  return randomBytes(sizeBits === null ? macOf(algorithm).keyBytes : Math.ceil(sizeBits / 8))
}

/** The MAC of a body. */
export function sign(key: Uint8Array, algorithm: string, body: Uint8Array): Buffer {
  return createHmac(macOf(algorithm).digest, key).update(body).digest()
}

/** True when `signature` is the MAC of the body; takes the same time wherever it differs. */
export function verify(key: Uint8Array, algorithm: string, body: Uint8Array, signature: Uint8Array): boolean {
  const expected = sign(key, algorithm, body)
  return signature.length === expected.length && timingSafeEqual(expected, signature)
}

function macOf(algorithm: string): { digest: string; keyBytes: number } {
  const mac = isMacAlgorithm(algorithm) ? macs[algorithm.toLowerCase()] : undefined
  if (mac === undefined) throw new RangeError(`unknown MAC algorithm ${algorithm}`)
  return mac
}
