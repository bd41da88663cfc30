/** What may stand at the place of the word that is being typed; read from the commands themselves. */
import type { Command, Option } from 'commander'

export interface Candidate {
  readonly text: string
  readonly description: string
}

/** Names that only the cluster or the contexts know, by the name of the argument or option. */
export type Lookup = (kind: string) => Promise<readonly string[]>

export interface Completion {
  readonly candidates: readonly Candidate[]
  /** The shell's own completion of paths is wanted. */
  readonly files: boolean
}

/** `words` are those behind the program's name; the last one is what has been typed so far, possibly nothing. */
export async function complete(program: Command, words: readonly string[], lookup: Lookup): Promise<Completion> {
  const typed = words.at(-1) ?? ''
  const { command, place, option } = walk(program, words.slice(0, -1))
  const found = await candidatesAt(command, place, option, typed, lookup)
  return { ...found, candidates: found.candidates.filter(({ text }) => text.startsWith(typed)) }
}

interface Place {
  readonly command: Command
  /** Arguments of the command that stand before. */
  readonly place: number
  /** Whose value is due. */
  readonly option: Option | null
}

function walk(program: Command, words: readonly string[]): Place {
  let command = program
  let place = 0
  let option: Option | null = null
  for (const word of words) {
    if (option !== null) {
      option = null
    } else if (word.startsWith('-')) {
      const known = optionsOf(command).find(({ short, long }) => word === short || word === long)
      option = known?.required === true ? known : null
    } else {
      const below = place === 0 ? command.commands.find((each) => each.name() === word) : undefined
      if (below === undefined) place++
      else command = below
    }
  }
  return { command, place, option }
}

async function candidatesAt(
  command: Command,
  place: number,
  option: Option | null,
  typed: string,
  lookup: Lookup,
): Promise<Completion> {
  if (option !== null) {
    if (option.argChoices) return plain(option.argChoices)
    if (/<(path|folder)>/.test(option.flags)) return { candidates: [], files: true }
    return plain(await lookup(option.attributeName()))
  }
  if (typed.startsWith('-')) {
    const candidates = optionsOf(command).flatMap(({ long, description }) =>
      long ? [{ text: long, description }] : [],
    )
    return { candidates, files: false }
  }
  const below = place === 0 ? command.commands.filter((each) => !each.name().startsWith('__')) : []
  const candidates = below.map((each) => ({ text: each.name(), description: each.description() }))
  const declared = command.registeredArguments
  const last = declared.at(-1)
  const argument = declared[place] ?? (last?.variadic === true ? last : undefined)
  if (argument === undefined) return { candidates, files: false }
  if (argument.argChoices) return plain(argument.argChoices)
  if (argument.name() === 'folder') return { candidates, files: true }
  return plain(await lookup(argument.name()))
}

/** The command's own and those of the commands above it. */
function optionsOf(command: Command): Option[] {
  const above = command.parent === null ? [] : optionsOf(command.parent)
  return [...command.options.filter(({ hidden }) => !hidden), ...above]
}

function plain(texts: readonly string[]): Completion {
  return { candidates: texts.map((text) => ({ text, description: '' })), files: false }
}

/** The words of a line as a shell would split it; after a blank the last one is empty. */
export function splitLine(line: string): string[] {
  const words = [...line.matchAll(/(?:"[^"]*"?|'[^']*'?|\\.|[^\s"'\\])+/g)].map(([word]) =>
    word.replace(/\\(.)/g, '$1').replace(/["']/g, ''),
  )
  return /\s$/.test(line) || words.length === 0 ? [...words, ''] : words
}
