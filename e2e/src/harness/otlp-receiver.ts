/** An endpoint for OTLP over HTTP that keeps what it is sent, decoded from the protobuf of the real exporters. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import protobuf from 'protobufjs'

/** The part of OpenTelemetry's schema that is looked at. */
const schema = protobuf.parse(`
  syntax = "proto3";
  message Traces { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
    fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
    repeated Link links = 13;
  }
  message Link { bytes trace_id = 1; bytes span_id = 2; }
  message Metrics { repeated ResourceMetrics resource_metrics = 1; }
  message ResourceMetrics { Resource resource = 1; repeated ScopeMetrics scope_metrics = 2; }
  message ScopeMetrics { repeated Metric metrics = 2; }
  message Metric { string name = 1; string unit = 3; Points gauge = 5; Points sum = 7; }
  message Points { repeated Point data_points = 1; }
  message Point { double as_double = 4; repeated KeyValue attributes = 7; }
  message Resource { repeated KeyValue attributes = 1; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue {
    oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; }
  }
`).root

export type Attributes = Readonly<Record<string, string | number | boolean>>

export interface ReceivedSpan {
  readonly traceId: string
  readonly spanId: string
  /** Empty for a root. */
  readonly parentId: string
  readonly name: string
  readonly attributes: Attributes
  /** Ids of linked spans. */
  readonly links: readonly string[]
  readonly resource: Attributes
}

export interface ReceivedPoint {
  readonly name: string
  readonly unit: string
  readonly value: number
  readonly attributes: Attributes
  readonly resource: Attributes
}

interface KeyValues {
  readonly attributes?: readonly { key: string; value: Readonly<Record<string, string | number | boolean>> }[]
}

export class OtlpReceiver implements AsyncDisposable {
  readonly spans: ReceivedSpan[] = []
  readonly points: ReceivedPoint[] = []
  /** Headers of each request. */
  readonly headers: Readonly<Record<string, unknown>>[] = []
  readonly #server: Server

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver()
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve))
    return receiver
  }

  private constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      this.headers.push(request.headers)
      if (request.url === '/v1/traces') this.#takeTraces(Buffer.concat(chunks))
      if (request.url === '/v1/metrics') this.#takeMetrics(Buffer.concat(chunks))
      response.setHeader('content-type', 'application/x-protobuf')
      response.end()
    })
  }

  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #takeTraces(body: Buffer): void {
    type Span = KeyValues &
      Record<'traceId' | 'spanId' | 'parentSpanId' | 'name', string> & { links?: { spanId: string }[] }
    type Traces = { resourceSpans?: { resource: KeyValues; scopeSpans: { spans: Span[] }[] }[] }
    for (const { resource, scopeSpans } of decoded<Traces>('Traces', body).resourceSpans ?? []) {
      for (const span of scopeSpans.flatMap(({ spans }) => spans)) {
        this.spans.push({
          traceId: hex(span.traceId),
          spanId: hex(span.spanId),
          parentId: hex(span.parentSpanId ?? ''),
          name: span.name,
          attributes: plain(span),
          links: (span.links ?? []).map((link) => hex(link.spanId)),
          resource: plain(resource),
        })
      }
    }
  }

  #takeMetrics(body: Buffer): void {
    type Points = { dataPoints?: (KeyValues & { asDouble: number })[] }
    type Metric = { name: string; unit: string; gauge?: Points; sum?: Points }
    type Metrics = { resourceMetrics?: { resource: KeyValues; scopeMetrics: { metrics: Metric[] }[] }[] }
    for (const { resource, scopeMetrics } of decoded<Metrics>('Metrics', body).resourceMetrics ?? []) {
      for (const { name, unit, gauge, sum } of scopeMetrics.flatMap(({ metrics }) => metrics)) {
        for (const point of (sum ?? gauge)?.dataPoints ?? []) {
          this.points.push({ name, unit, value: point.asDouble, attributes: plain(point), resource: plain(resource) })
        }
      }
    }
  }
}

function decoded<T>(message: 'Traces' | 'Metrics', body: Buffer): T {
  const type = schema.lookupType(message)
  return type.toObject(type.decode(body), { bytes: String, longs: Number }) as T
}

function hex(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex')
}

function plain({ attributes = [] }: KeyValues): Attributes {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0] ?? '']))
}
