/** The addresses that pages show, and what stands for them in a test. */
import { freePorts } from '../stack/ports.ts'

/** Those of the servers, as pages write them. */
const KAFKA = /\b(?:localhost|127\.0\.0\.1):9092\b/g
const ELASTICSEARCH = /(?:http:\/\/)?\blocalhost:9200\b/g
const WORKER_PORT = '8083'

export interface RealAddresses {
  readonly kafka: string
  readonly elasticsearch: string
  /** Of a worker that runs already; null where the scenario starts its own. */
  readonly workerPort: number | null
}

/** Puts real addresses into commands, and shown ones into outputs. */
export class ShownAddresses {
  readonly #real: RealAddresses
  readonly #ports: ReadonlyMap<string, string>

  private constructor(real: RealAddresses, ports: ReadonlyMap<string, string>) {
    this.#real = real
    this.#ports = ports
  }

  /** For all that a scenario says: ports that are no server's get free ones. */
  static async of(text: string, real: RealAddresses): Promise<ShownAddresses> {
    const own = text.replace(KAFKA, '').replace(ELASTICSEARCH, '')
    const shown = new Set([...own.matchAll(/\b(?:localhost|127\.0\.0\.1):(\d{4,5})\b/g)].map(([, port = '']) => port))
    const free = await freePorts(shown.size)
    const ports = new Map([...shown].map((port, index) => [port, String(free[index])]))
    if (real.workerPort !== null) ports.set(WORKER_PORT, String(real.workerPort))
    return new ShownAddresses(real, ports)
  }

  real(text: string): string {
    let put = text.replace(KAFKA, this.#real.kafka).replace(ELASTICSEARCH, this.#real.elasticsearch)
    for (const [shown, port] of this.#ports) put = put.replace(new RegExp(`\\b${shown}\\b`, 'g'), port)
    // Commands ask for IPv4, which is what the servers of a test listen on.
    return put.replaceAll('localhost:', '127.0.0.1:')
  }

  shown(text: string): string {
    let put = text
      .replaceAll(this.#real.kafka, 'localhost:9092')
      .replaceAll(this.#real.elasticsearch, 'http://localhost:9200')
    for (const [shown, port] of this.#ports) put = put.replace(new RegExp(`\\b${port}\\b`, 'g'), shown)
    return put
  }
}
