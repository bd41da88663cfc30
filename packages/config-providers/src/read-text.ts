import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { ConnectError, codeOf, messageOf } from '@penstock/core'

/** As much as a Kubernetes secret may hold. */
const maxBytes = 1_048_576

/** The text of an ordinary file; null for anything else (a folder, a device, a pipe that would never end). */
export async function readText(path: string): Promise<string | null> {
  try {
    // Without waiting for somebody to write, should it be a pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stats = await file.stat()
      if (!stats.isFile()) return null
      if (stats.size > maxBytes) {
        throw new ConnectError(
          'config_provider.too_large',
          `${path} has ${stats.size} bytes; a file with values for configurations may have at most ${maxBytes}`,
        )
      }
      return await file.readFile('utf8')
    } finally {
      await file.close()
    }
  } catch (error) {
    throw codeOf(error) === 'config_provider.too_large' ? error : unreadable(path, error)
  }
}

/** A place that can't be read, in the user's words. */
export function unreadable(path: string, cause: unknown): ConnectError {
  const why = codeOf(cause) === 'ENOENT' ? 'there is no such file or folder' : messageOf(cause)
  return new ConnectError(
    'config_provider.unreadable',
    `${path} can't be read: ${why}; check the path and that the worker's user may read it`,
    { cause },
  )
}
