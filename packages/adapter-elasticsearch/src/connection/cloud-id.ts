/** Elastic Cloud's id of a deployment: `name:` and, in Base64, `host[:port]$elasticsearch[:port]$kibana`. */

/** The URL of the deployment's Elasticsearch. Throws TypeError. */
export function cloudUrl(cloudId: string): string {
  const encoded = cloudId.slice(cloudId.lastIndexOf(':') + 1)
  const [domain = '', elasticsearch = ''] = Buffer.from(encoded, 'base64').toString('utf8').split('$')
  const [host = '', port = '443'] = domain.split(':')
  const [id = '', ownPort = port] = elasticsearch.split(':')
  const url = `https://${id}.${host}:${ownPort}`
  const name = /^[\w.-]+$/
  if (!name.test(host) || !name.test(id) || !URL.canParse(url)) {
    throw new TypeError('a Cloud ID looks like name:text, as the page of the deployment shows it')
  }
  return new URL(url).href.replace(/\/$/, '')
}

/** What is wrong with a Cloud ID, if anything; an empty one is none. */
export function cloudIdProblem(cloudId: string): string | undefined {
  if (cloudId === '') return undefined
  try {
    cloudUrl(cloudId)
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
