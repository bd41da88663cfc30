/** Which origins browsers may call from, and with which methods. */
export interface CorsRules {
  readonly origins: readonly string[]
  readonly methods: readonly string[]
}

/** From `access.control.allow.origin` and `.methods`; null when no origin is allowed. */
export function corsRules(origins: string, methods: string): CorsRules | null {
  const allowed = splitList(origins)
  if (allowed.length === 0) return null
  const named = splitList(methods).map((method) => method.toUpperCase())
  return { origins: allowed, methods: named.length === 0 ? ['GET', 'POST', 'HEAD'] : named }
}

/** Headers of an answer to a request from `origin`; `preflight` when the browser only asks what it may do. */
export function corsHeaders(
  rules: CorsRules,
  origin: string | null,
  preflight: boolean,
): Readonly<Record<string, string>> {
  const vary = { Vary: 'Origin' }
  if (origin === null || !rules.origins.some((pattern) => matchesOrigin(pattern, origin))) return vary
  const allowed = { ...vary, 'Access-Control-Allow-Origin': origin }
  if (!preflight) return allowed
  return {
    ...allowed,
    'Access-Control-Allow-Methods': rules.methods.join(','),
    'Access-Control-Allow-Headers': 'Content-Type',
    'Access-Control-Max-Age': '60',
  }
}

/** `*` stands for any text, alone or within an origin. */
function matchesOrigin(pattern: string, origin: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(origin)
}

function splitList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
