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
    for (const difference of differencesOf(answers)) {
      if (!this.#isIntended(request, difference.at)) this.#unexpected.push(lineOf(request, difference))
    }
  }

  /** A difference that is told in words; `details` are shown where it is not meant. */
  addText(of: string, difference: string, details: string): void {
    if (!this.#isIntended(of, difference)) this.#unexpected.push(`${difference}, for ${details}`)
  }

  #isIntended(request: string, place: string): boolean {
    const intended = this.#listed().filter(({ of, at }) => matches(of, request) && matches(at, place))
    for (const entry of intended) this.#met.add(entry)
    return intended.length > 0
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
