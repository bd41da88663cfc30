import { stack } from './stack-env.ts'

/** The properties that every worker of a test has, whoever made it. */
export function workerProperties(groupId: string, port: number): Record<string, string> {
  return {
    'bootstrap.servers': stack.kafka,
    'group.id': groupId,
    'config.storage.topic': `${groupId}-configs`,
    'config.storage.replication.factor': '1',
    'offset.storage.topic': `${groupId}-offsets`,
    'offset.storage.replication.factor': '1',
    'offset.storage.partitions': '3',
    'status.storage.topic': `${groupId}-status`,
    'status.storage.replication.factor': '1',
    'status.storage.partitions': '2',
    'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
    'value.converter': 'org.apache.kafka.connect.json.JsonConverter',
    'value.converter.schemas.enable': 'false',
    listeners: `http://127.0.0.1:${port}`,
    'scheduled.rebalance.max.delay.ms': '0',
    'session.timeout.ms': '10000',
  }
}
