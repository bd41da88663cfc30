import { stack } from '../harness/index.ts'
import { elasticsearchRequest } from '../stack/elasticsearch-request.ts'

/** One request with JSON both ways; an error status throws. */
export async function requestJson(path: string, method = 'GET', body?: object): Promise<unknown> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  const response = await elasticsearchRequest(stack.elasticsearch, path, { method, ...content })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${response.url}: ${response.status} ${text.slice(0, 500)}`)
  return JSON.parse(text)
}
