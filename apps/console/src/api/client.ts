import { ConnectClient } from '@penstock/client'
import { authorization, refuse } from './session.ts'

/** The worker that serves the console, below whatever path a proxy puts it: `/ui/` is beside the REST resources. */
const baseUrl = new URL('..', document.baseURI).href

/** Talks to that worker alone; it asks the others. No answer holds secrets of configs. */
export const connect = new ConnectClient({ baseUrl, secrets: 'hidden', fetch: send })

async function send(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const sent = authorization.value
  const headers = new Headers(init.headers)
  // The console asks for credentials itself, so the browser shall not.
  headers.set('x-requested-with', 'penstock-console')
  if (sent !== null) headers.set('authorization', sent)
  const response = await fetch(input, { ...init, headers, cache: 'no-store' })
  if (response.status === 401) refuse(sent)
  return response
}
