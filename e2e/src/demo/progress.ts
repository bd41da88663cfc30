/** How far the documents are: bars on a terminal, a line every few seconds elsewhere. */
import type { Stream } from './stream.ts'

const barWidth = 30
const lineEveryMs = 3_000
const clearToEndOfLine = '\x1b[K'

export class Progress {
  readonly #streams: readonly Stream[]
  readonly #bars = process.stdout.isTTY === true
  #drawn = 0
  #lineAt = 0

  constructor(streams: readonly Stream[]) {
    this.#streams = streams
  }

  show(): void {
    if (this.#bars) this.#draw()
    else if (Date.now() - this.#lineAt >= lineEveryMs) this.#line()
  }

  /** Shows the last state and something below it, where the next bars begin anew. */
  say(text: string): void {
    if (this.#bars) this.#draw()
    else this.#line()
    this.#drawn = 0
    console.log(text)
  }

  #draw(): void {
    const up = this.#drawn > 0 ? `\x1b[${this.#drawn}A` : ''
    const lines = this.#streams.map((stream) => `   ${bar(stream)}${clearToEndOfLine}\n`)
    process.stdout.write(up + lines.join(''))
    this.#drawn = lines.length
  }

  #line(): void {
    this.#lineAt = Date.now()
    const parts = this.#streams.map(({ dataSet, found, sent, total }) => `${dataSet.name} ${found}/${sent} of ${total}`)
    console.log(`   ${parts.join(', ')}`)
  }
}

/** Documents found, the records still on their way, and those that are not sent yet. */
function bar({ dataSet, found, sent, total }: Stream): string {
  const cells = (count: number) => Math.min(barWidth, Math.floor((count * barWidth) / Math.max(1, total)))
  const done = '█'.repeat(cells(found))
  const onTheWay = '▒'.repeat(Math.max(0, cells(sent) - done.length))
  const figures = `${found.toLocaleString('en')} found / ${sent.toLocaleString('en')} sent`
  return `${dataSet.name.padEnd(12)} ${(done + onTheWay).padEnd(barWidth, '·')} ${figures}`
}
