/** Reads `connection.url` entries: scheme and port are optional, a path is a prefix, user-info is taken out. */

export interface NodeUrl {
  /** Without user-info. */
  readonly url: URL
  readonly auth: { readonly username: string; readonly password: string } | null
}

/** Parses one URL; without a scheme it is http. Throws TypeError; its text holds no user-info. */
export function parseNodeUrl(text: string): NodeUrl {
  const url = parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`${redactUrl(text)} is not an http or https URL`)
  }
  const auth =
    url.username === '' ? null : { username: decoded(url.username, text), password: decoded(url.password, text) }
  url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  url.pathname = url.pathname.replace(/\/+$/, '')
  return { url, auth }
}

function decoded(part: string, text: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new TypeError(
      `user name or password in ${redactUrl(text)} hold a % that escapes nothing; it is written as %25`,
    )
  }
}

/** What is wrong with a URL, if anything. */
export function urlProblem(text: string): string | undefined {
  try {
    parseNodeUrl(text)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}

/** The text with everything between scheme and the last `@` before path or query taken out. */
export function redactUrl(text: string): string {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? ''
  const rest = text.slice(scheme.length)
  // In a text that is no URL a password may hold a slash: then everything up to the last @ goes.
  const authorityEnd = parse(text) === null ? rest.length : (/[/?#]/.exec(rest)?.index ?? rest.length)
  const at = rest.lastIndexOf('@', authorityEnd)
  return at < 0 ? text : `${scheme}${rest.slice(at + 1)}`
}

function parse(text: string): URL | null {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  return URL.canParse(withScheme) ? new URL(withScheme) : null
}
