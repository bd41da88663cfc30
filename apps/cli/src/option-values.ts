import { InvalidArgumentError, Option } from 'commander'
import { parseDuration } from './duration.ts'

/** Gathers an option that may be given several times. */
export function collect(value: string, before: readonly string[]): string[] {
  return [...before, value]
}

/** A whole number that is not negative. */
export function parseCount(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new InvalidArgumentError(`"${text}" is no whole number`)
}

/** An option that is a duration; help shows its default as users write it. */
export function durationOption(flags: string, description: string, defaultMs: number): Option {
  return new Option(flags, description).argParser(parseDuration).default(defaultMs, `${defaultMs / 1000}s`)
}
