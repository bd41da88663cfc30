import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { siteMap } from '../site/site-map.ts'
import { type BlockProblem, type CommandBlock, commandBlocks } from './command-blocks.ts'

/** Commands of one page that are run one after the other. */
export interface Scenario {
  readonly page: string
  readonly name: string
  readonly blocks: readonly CommandBlock[]
}

export interface Commands {
  readonly scenarios: readonly Scenario[]
  readonly notRun: readonly CommandBlock[]
  readonly problems: readonly BlockProblem[]
}

/** The commands of all pages of the site. */
export function allCommands(root: string): Commands {
  const pages = siteMap(root).flatMap((section) => section.pages)
  const found = pages.map((page) => commandBlocks(page, readFileSync(join(root, page), 'utf8')))
  const blocks = found.flatMap((page) => page.blocks)
  const run = blocks.filter(({ scenario }) => scenario !== null)
  const scenarios = Map.groupBy(run, ({ page, scenario }) => `${page} ${scenario}`)
  return {
    scenarios: [...scenarios.values()].map((own) => ({
      page: own[0]?.page ?? '',
      name: own[0]?.scenario ?? '',
      blocks: own,
    })),
    notRun: blocks.filter(({ reason }) => reason !== null),
    problems: found.flatMap((page) => page.problems),
  }
}
