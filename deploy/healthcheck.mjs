// Exit code 0 when the worker in this container answers GET /health with 200; for HEALTHCHECK in the Dockerfile.
// HEALTH_URL names another address; otherwise it follows the first listener of CONNECT_LISTENERS or PENSTOCK_LISTENERS.
const timeoutMs = 11_000

function healthUrl({ HEALTH_URL, PENSTOCK_LISTENERS, CONNECT_LISTENERS }) {
  if (HEALTH_URL) return HEALTH_URL
  const listener = /^\s*https?:\/\/(\[[^\]]+\]|[^:,/\s]*)(?::(\d+))?/i.exec(
    PENSTOCK_LISTENERS ?? CONNECT_LISTENERS ?? '',
  )
  const everywhere = ['', '0.0.0.0', '[::]']
  const host = !listener || everywhere.includes(listener[1]) ? '127.0.0.1' : listener[1]
  return `http://${host}:${listener?.[2] ?? 8083}/health`
}

const url = healthUrl(process.env)
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
  const body = await response.text()
  console.log(`${url}: ${response.status} ${body}`)
  process.exitCode = response.ok ? 0 : 1
} catch (error) {
  console.log(`${url}: ${error.cause?.message ?? error.message}`)
  process.exitCode = 1
}
