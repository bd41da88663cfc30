/**
 * The commands of a page, by the comments in front of them:
 *
 * - `<!-- run: NAME -->` the block belongs to the scenario NAME of the page, whose blocks are run from top to bottom.
 *   After `;` follow options: `terminal: T` runs it beside the others in a terminal of its own until the scenario ends,
 *   `ready: URL` goes on once that answers, `until: as shown` runs it again until its output is what the page shows,
 *   `until: it succeeds` where the page shows none.
 * - `<!-- not run: REASON -->` it is not run, and why.
 * - `<!-- prepare: NAME` with lines up to `-->`: commands of the scenario that readers don't see.
 *
 * A block of `text` right after a command is its output; `…` stands for anything.
 */
export interface CommandBlock {
  readonly page: string
  /** Of the fence, counted from 1. */
  readonly line: number
  readonly code: string
  /** Null where `reason` says why it is not run. */
  readonly scenario: string | null
  readonly reason: string | null
  readonly options: Readonly<Record<string, string>>
  readonly isHidden: boolean
  /** What the page shows as its output. */
  readonly output: string | null
}

/** A block whose comment is missing or can't be understood. */
export interface BlockProblem {
  readonly page: string
  readonly line: number
  readonly problem: string
}

export interface PageCommands {
  readonly blocks: readonly CommandBlock[]
  readonly problems: readonly BlockProblem[]
}

const optionNames = ['terminal', 'ready', 'until']

export function commandBlocks(page: string, text: string): PageCommands {
  const lines = text.split('\n')
  const blocks: CommandBlock[] = []
  const problems: BlockProblem[] = []
  let comment: { text: string; line: number } | null = null
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    const number = index + 1
    const prepared = /^<!-- prepare: (\S+)$/.exec(line)
    if (prepared !== null) {
      const end = lines.indexOf('-->', index)
      const code = lines.slice(index + 1, end).join('\n')
      blocks.push({ ...blank(page, number), code, scenario: prepared[1] ?? null, isHidden: true })
      index = end
      continue
    }
    const marked = /^<!-- ((?:not )?run: .*) -->$/.exec(line)
    if (marked !== null) {
      comment = { text: marked[1] ?? '', line: number }
      continue
    }
    const fence = /^(\s*)(`{3,})(\w*)/.exec(line)
    if (fence === null) {
      if (line.trim() !== '' && comment !== null) {
        problems.push({ page, line: comment.line, problem: 'the comment stands before no block of sh' })
        comment = null
      }
      continue
    }
    const [, indent = '', ticks = '', language] = fence
    const end = lines.findIndex((other, at) => at > index && other.trim() === ticks)
    const code = lines
      .slice(index + 1, end)
      .map((other) => other.slice(indent.length))
      .join('\n')
    if (language === 'sh') {
      const block = markedBlock({ ...blank(page, number), code }, comment?.text ?? null)
      if ('problem' in block) problems.push(block)
      else blocks.push(block)
    } else if (language === 'text') {
      const last = blocks.at(-1)
      const follows =
        last !== undefined && lines.slice(0, index).findLastIndex((other) => other !== '') === closing(lines, last)
      if (last !== undefined && follows && !last.isHidden) blocks[blocks.length - 1] = { ...last, output: code }
    }
    comment = null
    index = end
  }
  return { blocks, problems }
}

function blank(page: string, line: number): Omit<CommandBlock, 'code'> {
  return { page, line, scenario: null, reason: null, options: {}, isHidden: false, output: null }
}

/** The index of the line that ends a block; comments between a command and its output don't part them. */
function closing(lines: readonly string[], { line, isHidden }: CommandBlock): number {
  return lines.findIndex((other, at) => at >= line && (isHidden ? other === '-->' : /^\s*`{3,}$/.test(other)))
}

function markedBlock(
  block: Omit<CommandBlock, 'scenario'> & { scenario: string | null },
  comment: string | null,
): CommandBlock | BlockProblem {
  const { page, line } = block
  const problem = (text: string): BlockProblem => ({ page, line, problem: text })
  if (comment === null) return problem('the block has neither a scenario (run: NAME) nor a reason why it is not run')
  if (comment.startsWith('not run:')) {
    const reason = comment.slice('not run:'.length).trim()
    return reason.length < 20 ? problem('the reason why it is not run is missing') : { ...block, reason }
  }
  const [name = '', ...rest] = comment
    .slice('run:'.length)
    .split(';')
    .map((part) => part.trim())
  const options = Object.fromEntries(rest.map((part) => part.split(/:\s+/, 2) as [string, string]))
  const unknown = Object.keys(options).find((option) => !optionNames.includes(option))
  if (!/^[\w-]+$/.test(name)) return problem(`"${name}" is no name of a scenario`)
  return unknown === undefined ? { ...block, scenario: name, options } : problem(`there is no option ${unknown}`)
}
