import { open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Puts `content` in the place of a file. Whenever the process or the machine ends, the file is the old one or the new
 * one as a whole, and once it resolves it is the new one for good.
 */
export async function replaceFile(file: string, content: string): Promise<void> {
  const written = `${file}.new`
  try {
    await writeThrough(written, content)
    await rename(written, file)
  } catch (error) {
    await rm(written, { force: true }).catch(() => {}) // the first error is the one to tell
    throw error
  }
  await syncFolder(dirname(file))
}

async function writeThrough(file: string, content: string): Promise<void> {
  const handle = await open(file, 'w')
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A rename is in the folder: it lasts when the folder is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
