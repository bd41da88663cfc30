/** What is wrong with a URL of `schema.registry.url`, if anything. */
export function urlProblem(text: string): string | undefined {
  const url = URL.parse(text)
  if (url === null) return 'expected a URL like http://registry:8081'
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    return `expected http:// or https://, not ${url.protocol}//`
  if (url.search !== '' || url.hash !== '') return 'expected a URL without ? and #'
  return undefined
}

/** The URL without user and password, as it is shown and requested. Ends without a slash. */
export function withoutCredentials(text: string): string {
  const url = new URL(text)
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}
