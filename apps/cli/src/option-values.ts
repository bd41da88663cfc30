import { InvalidArgumentError } from 'commander'

/** Gathers an option that may be given several times. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

/** A whole number that is not negative. */
export function parseCount(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError(`"${text}" is no whole number`)
}
