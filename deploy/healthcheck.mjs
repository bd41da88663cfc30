// Exit code 0 when the worker in this container answers GET /health with 200; for HEALTHCHECK in the Dockerfile.
// HEALTH_URL names another address; otherwise it follows the first listener of CONNECT_LISTENERS or PENSTOCK_LISTENERS.
import { get as getPlain } from 'node:http'
import { get as getSecure } from 'node:https'

const timeoutMs = 11_000

function healthUrl({ HEALTH_URL, PENSTOCK_LISTENERS, CONNECT_LISTENERS }) {
  if (HEALTH_URL) return HEALTH_URL
  const listener = /^\s*(https?):\/\/(\[[^\]]+\]|[^:,/\s]*)(?::(\d+))?/i.exec(
    PENSTOCK_LISTENERS ?? CONNECT_LISTENERS ?? '',
  )
  const [, protocol = 'http', named = '', port = 8083] = listener ?? []
  const host = ['', '0.0.0.0', '[::]'].includes(named) ? '127.0.0.1' : named
  return `${protocol.toLowerCase()}://${host}:${port}/health`
}

const url = healthUrl(process.env)
const get = url.startsWith('https:') ? getSecure : getPlain
// The certificate is for the name that others use, not for this address.
const request = get(url, { timeout: timeoutMs, rejectUnauthorized: false }, async (response) => {
  const body = (await response.setEncoding('utf8').toArray()).join('')
  console.log(`${url}: ${response.statusCode} ${body}`)
  process.exitCode = response.statusCode === 200 ? 0 : 1
})
request.on('timeout', () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)))
request.on('error', (error) => {
  console.log(`${url}: ${error.message || error.code}`)
  process.exitCode = 1
})
