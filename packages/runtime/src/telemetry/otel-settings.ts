/**
 * What the standard variables of OpenTelemetry (`OTEL_…`) ask for. Exporters read addresses, headers, certificates and
 * timeouts from them by themselves; here stands what decides whether something is exported at all, and how much.
 * Unlike an SDK's, our default is silence: something is exported only where an address or an exporter is named.
 */

type Environment = Readonly<Record<string, string | undefined>>

export type OtlpProtocol = 'http/protobuf' | 'http/json'

const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const
export type SamplerName = (typeof samplerNames)[number]

export interface MetricExport {
  readonly protocol: OtlpProtocol
  readonly intervalMs: number
  readonly timeoutMs: number
}

export interface TraceExport {
  readonly protocol: OtlpProtocol
  readonly sampler: SamplerName
  /** Of `traceidratio`, from 0 to 1. */
  readonly ratio: number
  readonly maxQueueSize: number
  readonly maxExportBatchSize: number
  readonly scheduledDelayMs: number
}

export interface OtelSettings {
  /** Null: not exported. */
  readonly metrics: MetricExport | null
  readonly traces: TraceExport | null
  /** What must never be shown: values of the headers that exporters send, passwords in addresses. */
  readonly secrets: readonly string[]
  /** Variables that can't be followed, each a sentence. */
  readonly warnings: readonly string[]
}

/** Reads the variables; what is wrong is ignored and told in `warnings`, as OpenTelemetry wants it. */
export function otelSettings(env: Environment): OtelSettings {
  const warnings: string[] = []
  const off = value(env, 'OTEL_SDK_DISABLED')?.toLowerCase() === 'true'
  return {
    metrics: off || !isAsked(env, 'METRICS', warnings) ? null : metricExport(env, warnings),
    traces: off || !isAsked(env, 'TRACES', warnings) ? null : traceExport(env, warnings),
    secrets: ['', 'METRICS_', 'TRACES_'].flatMap((signal) => [
      ...headerValues(env[`OTEL_EXPORTER_OTLP_${signal}HEADERS`]),
      ...passwordOf(env[`OTEL_EXPORTER_OTLP_${signal}ENDPOINT`]),
    ]),
    warnings,
  }
}

function metricExport(env: Environment, warnings: string[]): MetricExport | null {
  const protocol = protocolOf(env, 'METRICS', warnings)
  if (protocol === null) return null
  const intervalMs = positive(env, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000, warnings)
  const timeoutMs = positive(env, 'OTEL_METRIC_EXPORT_TIMEOUT', 30_000, warnings)
  return { protocol, intervalMs, timeoutMs: Math.min(intervalMs, timeoutMs) }
}

function traceExport(env: Environment, warnings: string[]): TraceExport | null {
  const protocol = protocolOf(env, 'TRACES', warnings)
  if (protocol === null) return null
  const maxQueueSize = positive(env, 'OTEL_BSP_MAX_QUEUE_SIZE', 2048, warnings)
  return {
    protocol,
    ...samplerOf(env, warnings),
    maxQueueSize,
    maxExportBatchSize: Math.min(maxQueueSize, positive(env, 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE', 512, warnings)),
    scheduledDelayMs: positive(env, 'OTEL_BSP_SCHEDULE_DELAY', 5_000, warnings),
  }
}

/** Empty variables count as not set. */
function value(env: Environment, name: string): string | undefined {
  const text = env[name]?.trim()
  return text === '' ? undefined : text
}

function isAsked(env: Environment, signal: 'METRICS' | 'TRACES', warnings: string[]): boolean {
  const variable = `OTEL_${signal}_EXPORTER`
  const exporter = value(env, variable)
  switch (exporter) {
    case 'otlp':
      return true
    case 'none':
      return false
    case undefined:
      return ['', `${signal}_`].some((part) => value(env, `OTEL_EXPORTER_OTLP_${part}ENDPOINT`) !== undefined)
    default:
      warnings.push(`${variable} is "${exporter}"; "otlp" and "none" are known, nothing is exported`)
      return false
  }
}

function protocolOf(env: Environment, signal: 'METRICS' | 'TRACES', warnings: string[]): OtlpProtocol | null {
  const ofSignal = `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`
  const variable = value(env, ofSignal) === undefined ? 'OTEL_EXPORTER_OTLP_PROTOCOL' : ofSignal
  const protocol = value(env, variable) ?? 'http/protobuf'
  if (protocol === 'http/protobuf' || protocol === 'http/json') return protocol
  warnings.push(
    `${variable} is "${protocol}"; set "http/protobuf" or "http/json" and an endpoint that speaks it (port 4318 of a collector), nothing is exported`,
  )
  return null
}

function samplerOf(env: Environment, warnings: string[]): { sampler: SamplerName; ratio: number } {
  const wanted = value(env, 'OTEL_TRACES_SAMPLER') ?? 'parentbased_always_on'
  const sampler = samplerNames.find((name) => name === wanted)
  if (sampler === undefined) {
    warnings.push(
      `OTEL_TRACES_SAMPLER is "${wanted}"; known are ${samplerNames.join(', ')}, parentbased_always_on is taken`,
    )
  }
  const argument = value(env, 'OTEL_TRACES_SAMPLER_ARG')
  const ratio = Number(argument ?? 1)
  const known = sampler ?? 'parentbased_always_on'
  if (ratio >= 0 && ratio <= 1) return { sampler: known, ratio }
  warnings.push(`OTEL_TRACES_SAMPLER_ARG is "${argument}"; a number from 0 to 1 is expected, 1 is taken`)
  return { sampler: known, ratio: 1 }
}

function positive(env: Environment, variable: string, otherwise: number, warnings: string[]): number {
  const text = value(env, variable)
  if (text === undefined) return otherwise
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  warnings.push(`${variable} is "${text}"; a whole number above 0 is expected, ${otherwise} is taken`)
  return otherwise
}

/** As written and decoded: both forms must not be shown. */
function headerValues(headers: string | undefined): string[] {
  return (headers ?? '').split(',').flatMap((pair) => {
    const written = pair.slice(pair.indexOf('=') + 1).trim()
    if (!pair.includes('=') || written === '') return []
    return [...new Set([written, decoded(written)])]
  })
}

function passwordOf(address: string | undefined): string[] {
  const written = URL.parse(address ?? '')?.password ?? ''
  return written === '' ? [] : [...new Set([written, decoded(written)])]
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
