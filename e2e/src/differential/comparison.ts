import { type Difference, differencesOf } from './answer-differences.ts'
import type { BothAnswers } from './both-workers.ts'
import { type IntendedDifference, intendedDifferences } from './intended-differences.ts'

/** Gathers how answers differ, and holds that against the list of what may. */
export class Comparison {
  readonly #suite: string
  readonly #unexpected: string[] = []
  readonly #met = new Set<IntendedDifference>()

  constructor(suite: string) {
    this.#suite = suite
  }

  compare(request: string, answers: BothAnswers): void {
    this.add(request, differencesOf(answers))
  }

  add(request: string, differences: readonly Difference[]): void {
    for (const difference of differences) {
      const intended = this.#listed().filter(({ of, at }) => matches(of, request) && matches(at, difference.at))
      for (const entry of intended) this.#met.add(entry)
      if (intended.length === 0) this.#unexpected.push(lineOf(request, difference))
    }
  }

  /** Differences that nobody meant. */
  unexpected(): readonly string[] {
    return this.#unexpected
  }

  /** Entries of the list that nothing answers to any more. */
  gone(): readonly string[] {
    return this.#listed()
      .filter((entry) => !this.#met.has(entry))
      .map(({ of, at }) => `${of}, ${at}`)
  }

  #listed(): readonly IntendedDifference[] {
    return intendedDifferences.filter(({ suite }) => suite === this.#suite)
  }
}

function lineOf(request: string, { at, jvm, our }: Difference): string {
  return `${request}: ${at}: on the JVM ${JSON.stringify(jvm)}, ours ${JSON.stringify(our)}`
}

function matches(pattern: RegExp | string, text: string): boolean {
  return typeof pattern === 'string' ? pattern === text : pattern.test(text)
}
