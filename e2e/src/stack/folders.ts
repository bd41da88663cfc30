import { join } from 'node:path'

/** The checkout. The same from src/stack and dist/stack. */
export const rootFolder = join(import.meta.dirname, '..', '..', '..')
/** Downloads that outlive a run. */
export const toolsFolder = join(rootFolder, '.tools')
/** One folder per running stack, named after the pid of its owner, removed when it stops. */
export const stacksFolder = join(rootFolder, '.stack')
