/** Writes Kafka records to Elasticsearch indices. Start reading at {@link ElasticsearchSinkTask.put}. @module */
import { definePlugin } from '@penstock/core'
import { config } from './config/config.ts'
import { ElasticsearchInspector } from './inspection/inspector.ts'
import { ElasticsearchSinkTask } from './sink-task.ts'
import { requireConsistent, validate } from './validation/validation.ts'

export default definePlugin({
  kind: 'sink',
  name: 'ElasticsearchSink',
  aliases: ['io.confluent.connect.elasticsearch.ElasticsearchSinkConnector', 'ElasticsearchSinkConnector'],
  summary: 'Writes records to Elasticsearch indices with the bulk API.',
  lazyValues: true,
  config,
  validate,
  createTask: (config, context) => {
    requireConsistent(config)
    return new ElasticsearchSinkTask(config, context)
  },
  createInspector: (config, context) => {
    requireConsistent(config)
    return new ElasticsearchInspector(config, context)
  },
})

export { ElasticsearchSinkTask }
