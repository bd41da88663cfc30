import { key } from '@penstock/core'
import { notBlank } from './key-kinds.ts'

/** What Kafka Connect's standalone worker needs beside the shared keys. */
export const standaloneKeys = {
  'offset.storage.file.filename': key.string({
    importance: 'high',
    doc: 'File that keeps the offsets of sources; it is made when it is missing, its folder is not. A relative path starts at the folder the worker was started in.',
    check: notBlank,
  }),
}
