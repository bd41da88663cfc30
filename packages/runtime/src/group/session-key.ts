import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type MacAlgorithm, macAlgorithm } from '../config/mac-algorithms.ts'

/**
 * Signatures of requests between workers (KIP-507). Only the body is signed; a request without one signs the empty
 * text. Algorithms go by their Java names, since workers on the JVM read them too.
 */

/** True for the name of a MAC that {@link sign} knows. */
export function isMacAlgorithm(algorithm: string): boolean {
  return macAlgorithm(algorithm) !== undefined
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

function macOf(algorithm: string): MacAlgorithm {
  const mac = macAlgorithm(algorithm)
  if (mac === undefined) throw new RangeError(`unknown MAC algorithm ${algorithm}`)
  return mac
}
