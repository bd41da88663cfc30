/** Keys of Kafka Connect's worker that are accepted for the sake of existing files and change nothing, with the reason. */
export const ineffectiveKeys: Readonly<Record<string, string>> = {
  'plugin.discovery': 'plugin packages always declare themselves',
  'rest.extension.classes':
    'names Java classes, which can’t run here; see rest.authentication.methods for what most of them are for',
  'metrics.sample.window.ms': 'metrics are totals, which whoever asks for them makes averages of',
  'metrics.num.samples': 'metrics are totals, which whoever asks for them makes averages of',
  'metrics.recording.level': 'all metrics are always there',
  'metric.reporters': 'names Java classes, which can’t run here; metrics are fetched from /metrics',
  'auto.include.jmx.reporter': 'there is no JMX; metrics are fetched from /metrics',
}
