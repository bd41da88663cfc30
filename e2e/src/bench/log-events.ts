/** Log events as services write them, the same ones in every run. */
import type { Size } from './options.ts'

const levels = ['INFO', 'INFO', 'INFO', 'INFO', 'DEBUG', 'DEBUG', 'WARN', 'ERROR']
const services = ['checkout', 'catalog', 'payment', 'shipping', 'search', 'account', 'gateway', 'inventory']
const paths = ['/api/orders', '/api/carts', '/api/products', '/api/users', '/api/payments', '/health', '/login']
const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  'okhttp/4.12.0',
  'curl/8.8.0',
]
const frames = [
  'OrderService.place',
  'CartRepository.load',
  'PaymentClient.charge',
  'HttpHandler.handle',
  'Pool.acquire',
]
const firstTime = Date.UTC(2026, 0, 1)

/** About 200 bytes (small) or 1 KB (large) each; no two are equal. */
export function* logEvents(size: Size, count: number): Iterable<string> {
  const random = seededRandom(size === 'small' ? 1 : 2)
  const below = (limit: number) => Math.floor(random() * limit)
  const oneOf = <T>(list: readonly T[]) => list[below(list.length)] as T
  const hex = (digits: number) =>
    below(16 ** digits)
      .toString(16)
      .padStart(digits, '0')
  for (let number = 0; number < count; number++) {
    const time = new Date(firstTime + number * 37).toISOString()
    const tookMs = (random() * random() * 900).toFixed(2)
    const request = `GET ${oneOf(paths)}/${below(1_000_000)}`
    const common = `"@timestamp":"${time}","level":"${oneOf(levels)}","service":"${oneOf(services)}","host":"web-${below(40)}","trace":"${hex(8)}${hex(8)}","took_ms":${tookMs},"status":${below(20) ? 200 : 503}`
    if (size === 'small') yield `{${common},"message":"${request} done"}`
    else yield `{${common},${details(request, tookMs)}}`
  }

  function details(request: string, tookMs: string): string {
    const stack = Array.from(
      { length: 5 },
      () => `\\n\\tat com.example.shop.${oneOf(frames)}(Service.java:${below(900)})`,
    )
    const user = `{"id":${below(1e9)},"name":"user-${below(100_000)}","country":"${oneOf(['DE', 'FR', 'US', 'JP'])}","premium":${below(2) === 1}}`
    const address = `10.${below(256)}.${below(256)}.${below(256)}`
    return `"http":{"method":"GET","url":"https://shop.example.com${request.slice(4)}?session=${hex(8)}${hex(8)}","agent":"${oneOf(agents)}","address":"${address}","bytes":${below(50_000)}},"user":${user},"tags":["${oneOf(services)}","eu-west-${below(3)}","blue"],"message":"${request} took ${tookMs} ms, the upstream service closed the connection before the whole answer was read; tried again on another host after a short wait${stack.join('')}"`
  }
}

/** mulberry32: fast, and the same everywhere. */
function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}
