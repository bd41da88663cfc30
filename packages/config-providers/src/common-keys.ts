import { isAbsolute } from 'node:path'
import { key } from '@penstock/core'

/** Keys of the providers that read files. */
export const fileKeys = {
  'allowed.paths': key.list({
    default: [],
    importance: 'medium',
    doc: 'Files and folders below which values may be read; without any, everything that the worker may read. Symbolic links that lead out of them are not followed.',
    check: (paths) => {
      const relative = paths.find((path) => !isAbsolute(path))
      return relative === undefined ? undefined : `Path ${relative} is not absolute`
    },
  }),
  'ttl.ms': key.long({
    default: null,
    min: 100,
    importance: 'low',
    doc: 'After so many milliseconds the values are read again, and connectors with `config.action.reload=restart` are restarted if theirs have changed. Without it they are read when something starts.',
  }),
}
