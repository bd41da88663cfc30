import { expect, test } from 'vitest'
import { workerWith } from '../config/fixtures/worker.ts'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { Redactor } from '../telemetry/redactor.ts'
import { testPlugins } from './fixtures/test-plugins.ts'
import { PluginRegistry } from './registry.ts'
import { shownValidation } from './shown-validation.ts'
import { validateConnector } from './validate-connector.ts'

test('values and errors show variables, not what they stand for', async () => {
  const given = {
    name: 'a',
    topics: 't',
    'connector.class': `\${env:CLASS}`,
    'connection.url': `http://\${env:HOST}`,
    'connection.password': `\${file:/f:p}`,
    'tasks.max': `\${env:TASKS}`,
    'batch.size': `\${env:SIZE}`,
    'errors.retry.timeout': '7',
  }
  const values = {
    ...given,
    'connector.class': 'TestSink',
    'connection.url': 'http://secret.example',
    'connection.password': 's3cret',
    'tasks.max': '0',
    'batch.size': 'secret-size',
  }
  const redactor = new Redactor()
  redactor.hide('secret-size', `\${env:SIZE}`)
  const infos = await validateConnector(values, {
    registry: new PluginRegistry(testPlugins),
    workerConfig: workerWith(),
    logger: recordingLogger(),
    signal: AbortSignal.timeout(5_000),
  })
  const shown = shownValidation(infos, { given, values }, (text) => redactor.redact(text))
  const of = (name: string) => shown.configs.find(({ value }) => value.name === name)?.value
  expect(shown.name).toBe(`\${env:CLASS}`)
  expect(of('connection.url')?.value).toBe(`http://\${env:HOST}`)
  expect(of('connection.password')?.value).toBe('[hidden]')
  expect(of('errors.retry.timeout')?.value).toBe('7')
  expect(of('tasks.max')?.errors).toEqual([
    `Invalid value \${env:TASKS} for configuration tasks.max: Value must be at least 1`,
  ])
  expect(of('batch.size')?.errors).toEqual([
    `Invalid value \${env:SIZE} for configuration batch.size: Not a number of type INT`,
  ])
  expect(JSON.stringify(shown)).not.toMatch(/s3cret|secret\.example|secret-size|Invalid value 0/)
})
