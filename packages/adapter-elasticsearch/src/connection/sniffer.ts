/** `connection.sniffing`: the nodes written to are those the cluster tells of. */
import { messageOf } from '@penstock/core'

export interface SnifferParts {
  /** The answer to `GET /_nodes/http` and the protocol it came by. */
  ask(): Promise<{ readonly body: Buffer; readonly protocol: string }>
  /** The nodes to write to from now on. */
  use(urls: readonly URL[]): void
  /** The node that was asked did not answer. */
  lost(): void
  now(): number
}

const againMs = 300_000
const soonestAgainMs = 10_000

export class Sniffer {
  readonly #parts: SnifferParts
  #asked = Number.NEGATIVE_INFINITY
  #wanted = true
  #asking: Promise<void> | null = null
  /** Why the cluster could not be asked the last time, or null. */
  problem: string | null = null

  constructor(parts: SnifferParts) {
    this.#parts = parts
  }

  /** A node failed: the cluster may have changed. */
  failed(): void {
    this.#wanted = true
  }

  /** Before a request: waits for the first answer, asks again in the background later. Never fails. */
  async refresh(): Promise<void> {
    const since = this.#parts.now() - this.#asked
    if (since >= againMs || (this.#wanted && since >= soonestAgainMs)) {
      const first = this.#asked === Number.NEGATIVE_INFINITY
      this.#asked = this.#parts.now()
      this.#wanted = false
      this.#asking = this.#ask().finally(() => {
        this.#asking = null
      })
      if (!first) return
    }
    if (since === Number.POSITIVE_INFINITY) await this.#asking
  }

  async #ask(): Promise<void> {
    try {
      const { body, protocol } = await this.#parts.ask()
      const nodes = sniffedNodes(body, protocol)
      if (nodes.length > 0) this.#parts.use(nodes)
      this.problem = null
    } catch (error) {
      this.problem = messageOf(error)
      this.#parts.lost()
    }
  }
}

interface NodeInfo {
  readonly roles?: readonly string[]
  readonly http?: { readonly publish_address?: string }
}

/** The nodes that take documents, out of an answer to `GET /_nodes/http`; none where it is no such answer. */
export function sniffedNodes(body: Buffer, protocol: string): URL[] {
  const { nodes } = JSON.parse(body.toString()) as { nodes?: Record<string, NodeInfo> }
  return Object.values(nodes ?? {}).flatMap(({ roles, http }) => {
    const onlyMaster =
      roles?.includes('master') && roles.every((role) => /^(master|voting_only|cluster_manager)$/.test(role))
    const url = addressUrl(http?.publish_address ?? '', protocol)
    return onlyMaster || url === null ? [] : [url]
  })
}

/** `10.0.0.1:9200`, or `name/10.0.0.1:9200`, where the name counts: certificates hold it. */
function addressUrl(address: string, protocol: string): URL | null {
  const [, name, rest] = /^(?:([^/]*)\/)?(.+:\d+)$/.exec(address) ?? []
  if (rest === undefined) return null
  const text = name ? `${protocol}//${name}:${rest.slice(rest.lastIndexOf(':') + 1)}` : `${protocol}//${rest}`
  return URL.canParse(text) ? new URL(text) : null
}
