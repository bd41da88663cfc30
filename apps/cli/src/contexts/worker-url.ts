import { hiddenSecret } from '@penstock/client'

export function isHttpUrl(url: unknown): url is string {
  return typeof url === 'string' && /^https?:\/\//.test(url) && URL.canParse(url)
}

/** What is wrong with the URL of a worker, as users are told; null for a good one. */
export function urlProblem(url: string): string | null {
  const shown = `"${withoutLogin(url)}"`
  if (!isHttpUrl(url)) return `${shown} is no URL of a worker; expected for example http://localhost:8083`
  const { username, password } = new URL(url)
  // No request can be sent to it, and the error that says so shows the password.
  if (username === '' && password === '') return null
  return `${shown} holds a user or password: set PENSTOCK_USERNAME and PENSTOCK_PASSWORD, or username and password-file of a context`
}

/** For people: an address without what is before its @. */
export function withoutLogin(url: string): string {
  return url.replace(/\/\/.*@/s, `//${hiddenSecret}@`)
}
