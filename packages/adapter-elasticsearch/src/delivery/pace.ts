import type { SinkTaskContext } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import { AdaptiveLimits } from './adaptive-limits.ts'
import { fixedPace, type Limits, type Pace } from './limits.ts'

/** The pace that a configuration asks for; its limits show as metrics. */
export function paceOf(
  config: ElasticsearchSinkConfig,
  { clock, gauge }: { clock: SinkTaskContext['clock']; gauge: SinkTaskContext['gauge'] },
): Pace {
  const most: Limits = {
    requests: config['max.in.flight.requests'],
    documents: config['batch.size'],
    bytes: config['bulk.size.bytes'] < 0 ? Number.POSITIVE_INFINITY : config['bulk.size.bytes'],
  }
  const show = ({ requests, documents, bytes }: Limits): void => {
    gauge('bulk_requests_limit', requests)
    gauge('bulk_documents_limit', documents)
    gauge('bulk_bytes_limit', bytes)
  }
  if (!config['adaptive.batching']) {
    show(most)
    return fixedPace(most)
  }
  // Each timeout sends everything again: answers should come well before.
  const slowMs = config['read.timeout.ms'] === 0 ? Number.POSITIVE_INFINITY : config['read.timeout.ms'] / 2
  return new AdaptiveLimits({ most, clock, slowMs, onChange: show })
}
