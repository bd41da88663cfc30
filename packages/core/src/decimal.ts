import { knownAcrossCopies } from './copies.ts'
import { DataError } from './errors.ts'

/** An exact decimal number: `unscaled` × 10^-`scale`, the value of Connect's Decimal logical type. */
export class Decimal {
  readonly unscaled: bigint
  readonly scale: number

  constructor(unscaled: bigint, scale: number) {
    this.unscaled = unscaled
    this.scale = scale
  }

  /** Parses `-12.30` or `1.5e3`; keeps trailing zeros. */
  static parse(text: string): Decimal {
    const match = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text.trim())
    if (!match) throw new DataError('decimal.malformed', `"${text.slice(0, 40)}" is not a decimal number`)
    const fraction = match[3] ?? ''
    const scale = fraction.length - Number(match[4] ?? 0)
    const digits = BigInt(`${match[2]}${fraction}`)
    return new Decimal(match[1] === '-' ? -digits : digits, scale)
  }

  /** Decodes the two's complement big-endian unscaled bytes of the Decimal logical type. */
  static fromBytes(bytes: Uint8Array, scale: number): Decimal {
    if (bytes.length === 0) return new Decimal(0n, scale)
    const unsigned = BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
    return new Decimal(BigInt.asIntN(bytes.length * 8, unsigned), scale)
  }

  /** The shortest two's complement big-endian bytes of the unscaled value. */
  toBytes(): Buffer {
    let length = 1
    while (BigInt.asIntN(length * 8, this.unscaled) !== this.unscaled) length++
    return Buffer.from(
      BigInt.asUintN(length * 8, this.unscaled)
        .toString(16)
        .padStart(length * 2, '0'),
      'hex',
    )
  }

  toNumber(): number {
    return Number(this.toString())
  }

  /** Plain notation, never an exponent: a valid JSON number. */
  toString(): string {
    const negative = this.unscaled < 0n
    const digits = (negative ? -this.unscaled : this.unscaled).toString()
    const sign = negative ? '-' : ''
    if (this.scale <= 0) return this.unscaled === 0n ? '0' : `${sign}${digits}${'0'.repeat(-this.scale)}`
    const padded = digits.padStart(this.scale + 1, '0')
    return `${sign}${padded.slice(0, -this.scale)}.${padded.slice(-this.scale)}`
  }
}
knownAcrossCopies(Decimal, 'Decimal')
