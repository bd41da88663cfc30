/** The CPU time of a process as a share of one core over the last few seconds. */
export class CpuShare {
  #samples: readonly { readonly at: number; readonly seconds: number }[] = []

  /** CPU seconds of the process since it began, and when that was read (epoch milliseconds). */
  add(seconds: number, at: number): void {
    const last = this.#samples.at(-1)
    if (last !== undefined && at <= last.at) return
    const recent = this.#samples.filter((sample) => sample.at >= at - windowMs)
    // The last one before the window tells of a process that answers seldom.
    const kept = recent.length === 0 && last !== undefined ? [last] : recent
    this.#samples = [...kept, { at, seconds }]
  }

  /** In percent, rounded to a tenth; null before there are two looks. */
  get percent(): number | null {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || first === last) return null
    return Math.round(((last.seconds - first.seconds) / (last.at - first.at)) * 1_000_000) / 10
  }
}

const windowMs = 5_000
