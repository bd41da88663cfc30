/** Writes `docs/cli-reference.md` from the program: `reference-page.test.ts` keeps the file up to date. */
import type { Argument, Command, Option } from 'commander'
import { Cli } from './cli.ts'
import { exitCodeTable } from './exit-codes.ts'
import { createProgram } from './program.ts'
import type { Terminal } from './terminal.ts'

export function referencePage(): string {
  const program = createProgram(new Cli({} as Terminal, {}, new AbortController().signal))
  const parts = leaves(program).flatMap((command) => commandPart(command))
  const codes = exitCodeTable.map(([code, meaning]) => [String(code), meaning])
  return `${[
    intro,
    '## Options of every command',
    optionTable(program.options),
    '## Commands',
    ...parts,
    '## Exit codes',
    table([['Code', 'Meaning'], ...codes]),
  ].join('\n\n')}\n`
}

/** Commands that do something, by the order of the help. */
function leaves(command: Command): Command[] {
  const shown = command.commands.filter((each) => !each.name().startsWith('__') && each.name() !== 'help')
  return shown.flatMap((each) => (each.commands.length === 0 ? [each] : leaves(each)))
}

function commandPart(command: Command): string[] {
  const words: string[] = []
  for (let at: Command | null = command; at !== null; at = at.parent) words.unshift(at.name())
  const usage = [...words, ...command.registeredArguments.map(argumentText)].join(' ')
  const described = command.registeredArguments.filter(({ description }) => description !== '')
  const rows = described.map((argument) => [`\`${argumentText(argument)}\``, escaped(argument.description)])
  return [
    `### ${words.join(' ')}`,
    `${sentence(command.description())}`,
    ['```text', usage, '```'].join('\n'),
    ...(rows.length === 0 ? [] : [table([['Argument', 'Meaning'], ...rows])]),
    ...(command.options.length === 0 ? [] : [optionTable(command.options)]),
  ]
}

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

function optionTable(options: readonly Option[]): string {
  const rows = options
    .filter(({ hidden }) => !hidden)
    .map(({ flags, description, argChoices, defaultValue }) => {
      const choices = argChoices === undefined ? '' : ` (${argChoices.join(', ')})`
      return [`\`${flags}\``, `${escaped(description)}${choices}`, defaultText(defaultValue)]
    })
  return table([['Option', 'Meaning', 'Default'], ...rows])
}

function defaultText(value: unknown): string {
  const isNone = value === undefined || value === false || (Array.isArray(value) && value.length === 0)
  return isNone ? '' : `\`${String(value)}\``
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1)
  return escaped(/[.?!]$/.test(first) ? first : `${first}.`)
}

function escaped(text: string): string {
  return text.replaceAll('<', '&lt;').replaceAll('\n', ' ')
}

function table([head = [], ...rows]: readonly (readonly string[])[]): string {
  const safe = rows.map((row) => row.map((cell) => cell.replaceAll('|', '\\|')))
  const widths = head.map((_, column) => Math.max(3, ...[head, ...safe].map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...safe.map(line)].join('\n')
}

const intro = `# Command line reference

<!-- Written by apps/cli/src/reference-page.ts; \`vitest run --project unit reference-page -u\` writes it anew. -->

Every command and option of \`penstock\`, as \`--help\` has them. [The README of the program](../apps/cli/README.md) tells how they
are used: contexts, applying folders, finding out what is wrong.`
