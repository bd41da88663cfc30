/**
 * Lines of a file to records and back. Start reading at {@link FileSourceTask.poll} and {@link FileSinkTask.put}.
 * @module
 */
import { definePlugin } from '@penstock/core'
import { sinkConfig, sourceConfig } from './config.ts'
import { FileSinkTask } from './file-sink-task.ts'
import { FileSourceTask } from './file-source-task.ts'
import { checkOffsets } from './source-offsets.ts'

export const fileStreamSource = definePlugin({
  kind: 'source',
  name: 'FileStreamSource',
  aliases: ['org.apache.kafka.connect.file.FileStreamSourceConnector'],
  summary: 'Reads the lines of a growing file, or of the standard input.',
  config: sourceConfig,
  createTask: (config, context) => new FileSourceTask(config, context),
  exactlyOnceSupport: (raw) => (raw.file ? 'SUPPORTED' : 'UNSUPPORTED'),
  alterOffsets(raw, offsets) {
    checkOffsets(raw, offsets)
    return true
  },
})

export const fileStreamSink = definePlugin({
  kind: 'sink',
  name: 'FileStreamSink',
  aliases: ['org.apache.kafka.connect.file.FileStreamSinkConnector'],
  summary: 'Appends records as lines to a file, or writes them to the standard output.',
  config: sinkConfig,
  createTask: (config, context) => new FileSinkTask(config, context),
  // The file keeps no positions: those in Kafka are all there are.
  alterOffsets: () => true,
})

export default [fileStreamSource, fileStreamSink]
export { FileSinkTask, FileSourceTask }
