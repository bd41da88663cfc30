import { expect, test } from 'vitest'
import { otelSettings } from './otel-settings.ts'

const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }

test('nothing is exported where no variable asks for it', () => {
  expect(otelSettings({})).toEqual({ metrics: null, traces: null, secrets: [], warnings: [] })
  expect(otelSettings({ OTEL_SERVICE_NAME: 'orders', OTEL_EXPORTER_OTLP_ENDPOINT: '' })).toMatchObject({
    metrics: null,
    traces: null,
  })
})

test('an endpoint asks for metrics and traces with the defaults of OpenTelemetry', () => {
  expect(otelSettings(endpoint)).toMatchObject({
    metrics: { protocol: 'http/protobuf', intervalMs: 60_000, timeoutMs: 30_000 },
    traces: { protocol: 'http/protobuf', sampler: 'parentbased_always_on', ratio: 1, scheduledDelayMs: 5_000 },
    warnings: [],
  })
})

test('an endpoint of one signal, or an exporter by name, asks for that signal alone', () => {
  const traces = otelSettings({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector:4318/v1/traces' })
  expect([traces.metrics, traces.traces === null]).toEqual([null, false])
  const metrics = otelSettings({ OTEL_METRICS_EXPORTER: 'otlp' })
  expect([metrics.metrics === null, metrics.traces]).toEqual([false, null])
  expect(otelSettings({ ...endpoint, OTEL_TRACES_EXPORTER: 'none' }).traces).toBeNull()
})

test('OTEL_SDK_DISABLED silences everything', () => {
  expect(otelSettings({ ...endpoint, OTEL_SDK_DISABLED: 'TRUE' })).toMatchObject({ metrics: null, traces: null })
})

test('intervals, samplers and queues are as the variables say', () => {
  const settings = otelSettings({
    ...endpoint,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
    OTEL_METRIC_EXPORT_INTERVAL: '1000',
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
    OTEL_BSP_MAX_QUEUE_SIZE: '100',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  })
  expect(settings.metrics).toEqual({ protocol: 'http/json', intervalMs: 1_000, timeoutMs: 1_000 })
  expect(settings.traces).toEqual({
    protocol: 'http/protobuf',
    sampler: 'parentbased_traceidratio',
    ratio: 0.25,
    maxQueueSize: 100,
    maxExportBatchSize: 100,
    scheduledDelayMs: 50,
  })
})

test('what can’t be followed is named with what is expected', () => {
  const { metrics, traces, warnings } = otelSettings({
    ...endpoint,
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc',
    OTEL_TRACES_SAMPLER: 'jaeger_remote',
    OTEL_TRACES_SAMPLER_ARG: '7',
    OTEL_BSP_SCHEDULE_DELAY: 'soon',
  })
  expect(metrics).toBeNull()
  expect(traces).toMatchObject({ sampler: 'parentbased_always_on', ratio: 1, scheduledDelayMs: 5_000 })
  expect(warnings).toEqual([
    expect.stringContaining('OTEL_EXPORTER_OTLP_METRICS_PROTOCOL is "grpc"; set "http/protobuf"'),
    expect.stringContaining('OTEL_TRACES_SAMPLER is "jaeger_remote"; known are always_on'),
    expect.stringContaining('OTEL_TRACES_SAMPLER_ARG is "7"; a number from 0 to 1'),
    expect.stringContaining('OTEL_BSP_SCHEDULE_DELAY is "soon"; a whole number'),
  ])
  expect(otelSettings({ OTEL_TRACES_EXPORTER: 'zipkin' }).warnings).toEqual([
    'OTEL_TRACES_EXPORTER is "zipkin"; "otlp" and "none" are known, nothing is exported',
  ])
})

test('values of headers are secrets, as written and as sent', () => {
  const { secrets } = otelSettings({
    OTEL_EXPORTER_OTLP_HEADERS: 'api-key=s3cret,authorization=Basic%20dTpw',
    OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x=%zz',
  })
  expect(secrets).toEqual(['s3cret', 'Basic%20dTpw', 'Basic dTpw', '%zz'])
})

test('a password in an address is a secret', () => {
  const address = 'https://me:pass%2Fword@collector:4318'
  expect(otelSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: address }).secrets).toEqual(['pass%2Fword', 'pass/word'])
  expect(otelSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'no address' }).secrets).toEqual([])
})
