/** The metrics of the worker's own connections to Kafka; those of tasks are their clients' own. */
import type { BrokerFigures, ConnectionFigures } from '../kafka/connection-figures.ts'
import { connectName, type Metric, type MetricType } from './metric.ts'

const client = 'connect-metrics'
const node = 'connect-node-metrics'
export const connectionFailures = 'penstock_worker_connection_failures_total'

function ofClient(
  attribute: string,
  type: MetricType,
  help: string,
  read: (figures: ConnectionFigures) => number,
): Metric {
  return {
    name: connectName(client, attribute),
    type,
    labels: [],
    help,
    *read({ worker }) {
      if (worker) yield { labels: {}, value: read(worker.connections) }
    },
  }
}

function ofBrokers(
  attribute: string,
  type: MetricType,
  help: string,
  read: (figures: BrokerFigures) => number | BrokerFigures['latencyMs'],
): Metric {
  return {
    name: connectName(node, attribute),
    type,
    labels: ['node'],
    help,
    *read({ worker }) {
      for (const broker of worker?.connections.brokers ?? []) {
        yield { labels: { node: broker.broker }, value: read(broker) }
      }
    },
  }
}

const sum = (read: (broker: BrokerFigures) => number) => (figures: ConnectionFigures) =>
  figures.brokers.reduce((total, broker) => total + read(broker), 0)

const totals: readonly [attribute: string, what: string, read: (broker: BrokerFigures) => number][] = [
  ['request-total', 'Requests sent to Kafka', ({ requests }) => requests],
  ['response-total', 'Answers that came from Kafka', ({ responses }) => responses],
  ['incoming-byte-total', 'Bytes that came from Kafka', ({ bytesIn }) => bytesIn],
  ['outgoing-byte-total', 'Bytes sent to Kafka', ({ bytesOut }) => bytesOut],
]

export const clientMetrics: readonly Metric[] = [
  ofClient('connection-count', 'gauge', 'Connections to Kafka that the worker itself has open.', ({ open }) => open),
  ofClient('connection-creation-total', 'counter', 'Connections to Kafka that were opened.', ({ opened }) => opened),
  ofClient('connection-close-total', 'counter', 'Connections to Kafka that were closed.', ({ closed }) => closed),
  {
    ...ofClient(
      '',
      'counter',
      'Connections to Kafka that could not be opened, refused credentials among them.',
      ({ failed }) => failed,
    ),
    name: connectionFailures,
  },
  ...totals.map(([attribute, what, read]) =>
    ofClient(attribute, 'counter', `${what} by the worker itself.`, sum(read)),
  ),
  ...totals.map(([attribute, what, read]) => ofBrokers(attribute, 'counter', `${what}, by broker.`, read)),
  ofBrokers(
    'request-latency',
    'distribution',
    'Time until the broker answered a request, in milliseconds: sum and count since the worker started.',
    ({ latencyMs }) => latencyMs,
  ),
  ofBrokers(
    'request-latency-max',
    'gauge',
    'Time until the broker answered a request, in milliseconds: the longest since the worker started.',
    ({ latencyMs }) => latencyMs.max,
  ),
]
