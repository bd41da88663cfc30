import { expect, test } from 'vitest'
import { environmentConfig, mergeEnvironment } from './environment.ts'

test('variables are named as in the images of Connect', () => {
  expect(
    environmentConfig({
      CONNECT_GROUP_ID: 'connect-cluster',
      CONNECT_CONFIG_STORAGE_TOPIC: 'configs',
      CONNECT_PRODUCER_SOME__KEY___NAME: 'x',
      PENSTOCK_EXECUTOR_PROCESSES: '2',
      PATH: '/bin',
    }),
  ).toEqual({
    'group.id': 'connect-cluster',
    'config.storage.topic': 'configs',
    'producer.some_key-name': 'x',
    'executor.processes': '2',
  })
})

test('PENSTOCK_ wins over CONNECT_, and both over the file', () => {
  expect(
    mergeEnvironment(
      { 'group.id': 'file', 'client.id': 'file' },
      { PENSTOCK_GROUP_ID: 'ours', CONNECT_GROUP_ID: 'theirs', CONNECT_CLIENT_ID: 'theirs' },
    ),
  ).toEqual({ 'group.id': 'ours', 'client.id': 'theirs' })
})

test('what Kubernetes sets for a service of that name is no key', () => {
  expect(
    environmentConfig({
      CONNECT_PORT: 'tcp://10.0.0.1:8083',
      CONNECT_PORT_8083_TCP_ADDR: '10.0.0.1',
      CONNECT_SERVICE_HOST: '10.0.0.1',
      CONNECT_SERVICE_PORT_HTTP: '8083',
      PENSTOCK_NODE: '/usr/bin/node',
      CONNECT_: 'x',
    }),
  ).toEqual({})
})

test('the logging variables of the images set the log levels', () => {
  expect(environmentConfig({ CONNECT_LOG4J_ROOT_LOGLEVEL: 'DEBUG', CONNECT_LOG4J_LOGGERS: 'a=INFO,b=WARN' })).toEqual({
    'log.level': 'DEBUG',
    'log.levels': 'a=INFO,b=WARN',
  })
})
