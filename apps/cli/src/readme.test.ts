import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import { expect, test } from 'vitest'
import { Cli } from './cli.ts'
import { exitCodeTable } from './exit-codes.ts'
import { createProgram } from './program.ts'
import type { Terminal } from './terminal.ts'

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
const program = createProgram(new Cli({} as Terminal, {}, new AbortController().signal))

function pathsOf(command: Command, above: readonly string[] = []): string[][] {
  return command.commands
    .filter((each) => !each.name().startsWith('__') && each.name() !== 'help')
    .flatMap((each) => {
      const path = [...above, each.name()]
      return each.commands.length === 0 ? [path] : pathsOf(each, path)
    })
}

test.each(pathsOf(program))('the README has the command %s %s', (...path) => {
  for (const word of path) expect(readme).toMatch(new RegExp(`[\`|\\s\\\\]${word}[\`|\\s\\\\]`))
})

test('the README has every exit code with its meaning', () => {
  for (const [code, meaning] of exitCodeTable) {
    expect(readme).toMatch(new RegExp(`\\| ${code} +\\| ${meaning.replace(/[.*+?^$()|[\]\\]/g, '\\$&')} *\\|`))
  }
})

test('options that the README names are there', () => {
  const known = new Set(['--help', ...optionsOf(program)])
  const blocks = readme.match(/penstock [^\n`]*/g) ?? []
  const named = blocks.flatMap((line) => line.match(/--[a-z][a-z-]*/g) ?? [])
  expect(named.filter((option) => !known.has(option))).toEqual([])
})

function optionsOf(command: Command): string[] {
  return [...command.options.flatMap(({ long }) => long ?? []), ...command.commands.flatMap((each) => optionsOf(each))]
}
