/** A sink that posts records to a URL. @module */
import {
  ConnectError,
  configDef,
  DataError,
  definePlugin,
  key,
  messageOf,
  RetriableError,
  type SinkRecord,
  type SinkTaskContext,
  stringifyJson,
} from '@penstock/core'

export const config = configDef({
  url: key.string({
    importance: 'high',
    doc: 'Where records are posted to.',
    check: (url) => (/^https?:\/\//.test(url) ? undefined : 'Must begin with http:// or https://'),
  }),
  token: key.password({ default: null, importance: 'medium', doc: 'Sent as a bearer token.' }),
  'request.timeout.ms': key.int({ default: 10_000, min: 1, importance: 'low', doc: 'Longest wait for an answer.' }),
})

type WebhookConfig = ReturnType<typeof config.parse>

/** Posts each record, one after the other, so that the receiver gets them in their order. */
export class WebhookTask {
  readonly #config: WebhookConfig
  readonly #context: SinkTaskContext

  constructor(parsed: WebhookConfig, context: SinkTaskContext) {
    this.#config = parsed
    this.#context = context
  }

  /** Offsets of these records are committed once this has returned: so it returns when all are posted. */
  async put(records: readonly SinkRecord[]): Promise<void> {
    for (const record of records) {
      const refusal = await this.#post(record)
      if (refusal === null) this.#context.count('records_posted')
      // This record is to blame: the connector's errors.* keys decide whether the task goes on.
      else await this.#context.reporter.report(record, refusal)
    }
  }

  /** What is wrong with the record, if anything. Throws for what is not the record's fault. */
  async #post(record: SinkRecord): Promise<DataError | null> {
    const { url, token, 'request.timeout.ms': timeoutMs } = this.#config
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        // The same for a record that comes again after a crash: the receiver can tell.
        'idempotency-key': `${record.topic}+${record.origin.partition}+${record.origin.offset}`,
        ...(token === null ? {} : { authorization: `Bearer ${token.reveal()}` }),
      },
      body: stringifyJson(record.value.value),
      signal: AbortSignal.any([this.#context.signal, AbortSignal.timeout(timeoutMs)]),
    }).catch((cause: unknown) => {
      throw new RetriableError('webhook.unreachable', `${url} can't be reached: ${messageOf(cause)}`, { cause })
    })
    await response.body?.cancel()
    const { status } = response
    if (response.ok) return null
    if (status === 401 || status === 403) {
      throw new ConnectError('webhook.denied', `${url} answered ${status}: check the key token`)
    }
    if (status === 429 || status >= 500) throw new RetriableError('webhook.busy', `${url} answered ${status}`)
    return new DataError('webhook.refused', `${url} refused ${record} with status ${status}`)
  }
}

export default definePlugin({
  kind: 'sink',
  name: 'WebhookSink',
  aliases: ['com.example.WebhookSink'],
  summary: 'Posts records to a URL.',
  config,
  createTask: (parsed, context) => new WebhookTask(parsed, context),
})
