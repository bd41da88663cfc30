import { expect, test } from 'vitest'
import { requiredStandaloneKeys, requiredWorkerKeys } from './config/fixtures/worker.ts'
import { workerWarnings } from './worker-warnings.ts'

test('a worker as the documentation has it gets no warning', () => {
  const usual = {
    ...requiredStandaloneKeys,
    ...requiredWorkerKeys,
    'value.converter.schemas.enable': 'false',
    'security.protocol': 'SASL_SSL',
    'sasl.jaas.config': 'x',
    'ssl.truststore.location': '/ca.pem',
    'ssl.client.auth': 'none',
    'producer.acks': 'all',
    'offset.storage.max.message.bytes': '10',
    'config.providers': 'file',
    'config.providers.file.class': 'x',
    'listeners.https.ssl.keystore.location': '/server.pem',
    'socket.keepalive.enable': 'true',
    'metrics.context.team': 'blue',
    'plugin.discovery': 'hybrid_warn',
    'metrics.num.samples': '2',
    'metric.reporters': '',
  }
  expect(workerWarnings(usual)).toEqual([])
})

test('keys without effect are named with the reason', () => {
  expect(workerWarnings({ 'plugin.discovery': 'only_scan' })).toEqual([
    'plugin.discovery has no effect: plugin packages always declare themselves',
  ])
})

test('a setting of connectors’ clients without its prefix is told where it belongs', () => {
  expect(workerWarnings({ 'max.poll.records': '5', 'linger.ms': '5' })).toEqual([
    'max.poll.records has no effect on a worker; for the consumers of its connectors write consumer.max.poll.records',
    'linger.ms has no effect on a worker; for the producers of its connectors write producer.linger.ms',
  ])
})

test('mistyped keys are listed at once, without their values', () => {
  expect(workerWarnings({ 'ofset.flush.interval.ms': '5', 'group.password': 's3cret' })).toEqual([
    'no worker, client or converter knows these keys, they are ignored: group.password, ofset.flush.interval.ms',
  ])
})
