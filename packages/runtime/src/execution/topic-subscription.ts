import { compileTopicsRegex } from '../config/topics-regex.ts'
import type { KafkaAdmin } from '../kafka/admin.ts'
import type { KafkaConsumer } from '../kafka/consumer.ts'

/**
 * Subscribes a consumer to the topics that match `topics.regex`, and again whenever that set changes. The expression is
 * matched here, in Java's manner, because the client's own engine knows neither `\d` nor look-aheads.
 */
export class RegexSubscription {
  readonly #regex: RegExp
  readonly #admin: KafkaAdmin
  readonly #consumer: KafkaConsumer
  readonly #excluded: string
  #topics: readonly string[] = []

  constructor(parts: { regex: string; excluded: string; admin: KafkaAdmin; consumer: KafkaConsumer }) {
    this.#regex = compileTopicsRegex(parts.regex)
    this.#excluded = parts.excluded
    this.#admin = parts.admin
    this.#consumer = parts.consumer
  }

  /** Looks at the cluster's topics. Call it at start and every `metadata.max.age.ms`. */
  async refresh(): Promise<void> {
    const topics = (await this.#admin.topics())
      .filter((topic) => topic !== this.#excluded && this.#regex.test(topic))
      .sort()
    if (topics.join() === this.#topics.join()) return
    this.#topics = topics
    this.#consumer.subscribe(topics)
  }
}
