import { type Stats, statSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type Logger, messageOf } from '@penstock/core'

export interface CertificateWatchOptions {
  readonly files: readonly string[]
  /** Reads the files again; what it throws is told, and the certificates of before stay in use. */
  readonly reload: () => void
  readonly logger: Logger
  readonly everyMs?: number
}

const lookEveryMs = 10_000

/** Looks whether certificates have been renewed; returns what ends it. */
export function watchCertificates({
  files,
  reload,
  logger,
  everyMs = lookEveryMs,
}: CertificateWatchOptions): () => void {
  let known = files.map((path) => versionIn(statSync(path, { throwIfNoEntry: false }))).join()
  let looking = false
  const look = async (): Promise<void> => {
    const versions = await Promise.all(files.map(versionOf))
    const seen = versions.join()
    // A file that is being replaced may be away for a moment.
    if (versions.includes(null) || seen === known) return
    known = seen
    try {
      reload()
      logger.info(`took up renewed certificates of ${files.join(', ')}`)
    } catch (error) {
      logger.error(`the changed ${files.join(', ')} can't be used; the certificates of before stay in use`, {
        reason: messageOf(error),
      })
    }
  }
  const timer = setInterval(() => {
    if (looking) return
    looking = true
    void look().finally(() => {
      looking = false
    })
  }, everyMs).unref()
  return () => clearInterval(timer)
}

async function versionOf(path: string): Promise<string | null> {
  return versionIn(await stat(path).catch(() => undefined))
}

function versionIn(found: Stats | undefined): string | null {
  return found === undefined ? null : `${found.ino}:${found.size}:${found.mtimeMs}`
}
