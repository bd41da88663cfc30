/** An HTTP server that answers as it is told; its requests are kept. */
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly body: unknown
}
export interface Answer {
  readonly status?: number
  readonly body: unknown
}

export class HttpRegistry implements AsyncDisposable {
  readonly requests: SeenRequest[] = []
  readonly url: string
  readonly #close: () => Promise<void>

  static async start(answer: (request: SeenRequest) => Answer, tls?: ServerOptions): Promise<HttpRegistry> {
    const seen: SeenRequest[] = []
    const listener: RequestListener = (request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        const { method = '', url = '', headers } = request
        seen.push({ method, path: url, authorization: headers.authorization, body: text && JSON.parse(text) })
        const { status = 200, body } = answer(seen.at(-1) as SeenRequest)
        response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body))
      })
    }
    const server = tls ? createTlsServer(tls, listener) : createServer(listener)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    return new HttpRegistry(`${tls ? 'https' : 'http'}://127.0.0.1:${port}`, seen, async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    })
  }

  private constructor(url: string, requests: SeenRequest[], close: () => Promise<void>) {
    this.url = url
    this.requests = requests
    this.#close = close
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close()
  }
}
