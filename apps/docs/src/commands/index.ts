/** The commands that the documentation shows, for the test that runs them. @module */
export type { CommandBlock } from './command-blocks.ts'
export { matchesShown } from './output-pattern.ts'
export { allCommands, type Commands, type Scenario } from './scenarios.ts'
