export interface ElasticsearchRequest {
  readonly method?: string
  /** JSON, or lines of JSON with `contentType`. */
  readonly body?: string
  readonly contentType?: string
  readonly timeoutMs?: number
}

/** One request to the Elasticsearch at `url`, whose user and password, if any, go into a header. Resolves for any status. */
export async function elasticsearchRequest(
  url: string,
  path: string,
  request: ElasticsearchRequest = {},
): Promise<Response> {
  const target = new URL(path, url.endsWith('/') ? url : `${url}/`)
  const headers: Record<string, string> = {}
  if (target.username) {
    const credentials = `${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`
    headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`
    target.username = ''
    target.password = ''
  }
  if (request.body !== undefined) headers['content-type'] = request.contentType ?? 'application/json'
  return await fetch(target, {
    method: request.method ?? 'GET',
    headers,
    ...(request.body === undefined ? {} : { body: request.body }),
    signal: AbortSignal.timeout(request.timeoutMs ?? 60_000),
  })
}
