import { createHash, createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { config } from '../config/config.ts'
import { ElasticsearchClient } from './client.ts'
import { awsCredentials, RequestSigner } from './signing.ts'

const hash = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const escaped = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)

interface Signed {
  readonly method: string
  readonly path: string
  readonly query: string
  /** Those that are signed, names in small letters. */
  readonly headers: Readonly<Record<string, string>>
  readonly bodyHash: string
  readonly scope: string
  readonly secret: string
}

/** Signature Version 4 by its description, another way than the library's. */
function signatureOf({ method, path, query, headers, bodyHash, scope, secret }: Signed): string {
  const names = Object.keys(headers).sort()
  const parameters = [...new URLSearchParams(query)].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort()
  const canonical = [
    method,
    path.split('/').map(escaped).join('/'),
    parameters.join('&'),
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    bodyHash,
  ].join('\n')
  const [day = '', region = '', service = ''] = scope.split('/')
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash(canonical)].join('\n')
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    (parent, text) => hmac(parent, text),
    `AWS4${secret}`,
  )
  return hmac(key, toSign).toString('hex')
}

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'

test('the way of checking gives the signature that AWS publishes for its plainest example', () => {
  const signature = signatureOf({
    method: 'GET',
    path: '/',
    query: '',
    headers: { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' },
    bodyHash: hash(''),
    scope: '20150830/us-east-1/service/aws4_request',
    secret,
  })
  expect(signature).toBe('5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31')
})

/** The signature of a request as a server computes it, by the headers that it was told are signed. */
function expected(request: { method: string; path: string; query: string; headers: Record<string, string> }): string {
  const authorization = request.headers.authorization ?? ''
  const [, scope = '', names = ''] = /Credential=[^/]+\/([^,]+), ?SignedHeaders=([^,]+)/.exec(authorization) ?? []
  const headers = Object.fromEntries(names.split(';').map((name) => [name, request.headers[name] ?? '']))
  const bodyHash = request.headers['x-amz-content-sha256'] ?? ''
  return signatureOf({ ...request, headers, bodyHash, scope, secret })
}

test('every request is signed with what is sent of it', async () => {
  const signer = new RequestSigner(
    { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: secret, sessionToken: 'token' },
    { 'aws.region': 'eu-central-1', 'aws.service.signing.name': 'aoss' },
  )
  const name = fc.string({ minLength: 1, maxLength: 12 }).filter((text) => text.isWellFormed() && !/^\.+$/.test(text))
  await fc.assert(
    fc.asyncProperty(
      fc.array(name, { minLength: 1, maxLength: 3 }),
      name,
      fc.string(),
      fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }),
      async (parts, value, body, now) => {
        const path = `/${parts.map(encodeURIComponent).join('/')}`
        const query = `filter_path=${encodeURIComponent(value)}&z=1&a=2`
        const url = `https://search.example.com${path}?${query}`
        const headers: Record<string, string> = {
          host: 'search.example.com',
          ...(await signer.sign({ method: 'POST', url, body }, now)),
        }
        expect(headers).toMatchObject({ 'x-amz-content-sha256': hash(body), 'x-amz-security-token': 'token' })
        expect(headers.authorization).toContain(`/eu-central-1/aoss/aws4_request`)
        expect(headers.authorization).toMatch(
          new RegExp(`Signature=${expected({ method: 'POST', path, query, headers })}$`),
        )
      },
    ),
    { numRuns: 60 },
  )
})

test('a server finds the signature of what arrives, prefix, names and compressed body included', async () => {
  const found: [string, string][] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const [path = '', query = ''] = (request.url ?? '').split('?')
    const headers = request.headers as Record<string, string>
    expect(headers['x-amz-content-sha256']).toBe(hash(Buffer.concat(chunks)))
    expect(gunzipSync(Buffer.concat(chunks)).length).toBe(4000)
    const signature = expected({ method: request.method ?? '', path, query, headers })
    found.push([signature, /Signature=(\w+)/.exec(headers.authorization ?? '')?.[1] ?? ''])
    response.end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new ElasticsearchClient(
    config.parse({
      'connection.url': `http://127.0.0.1:${(server.address() as AddressInfo).port}/prefix`,
      'connection.compression': 'true',
      'aws.region': 'eu-central-1',
      'aws.access.key.id': 'AKIDEXAMPLE',
      'aws.secret.access.key': secret,
    }),
  )
  const path = `/${encodeURIComponent('<logs-{now/d}>')}/_bulk`
  await client.request(
    { method: 'POST', path, query: 'filter_path=items.*.error,errors', body: 'x'.repeat(4000) },
    new AbortController().signal,
  )
  expect(found).toHaveLength(1)
  expect(found[0]?.[1]).toBe(found[0]?.[0])
  await client.close()
  server.close()
})

test('keys of the configuration go before those of the environment', () => {
  const env = { AWS_ACCESS_KEY_ID: 'env', AWS_SECRET_ACCESS_KEY: 'e', AWS_SESSION_TOKEN: 't' }
  const given = config.parse({ 'aws.region': 'x', 'aws.access.key.id': 'own', 'aws.secret.access.key': 'o' })
  expect(awsCredentials(given, env)).toEqual({ accessKeyId: 'own', secretAccessKey: 'o', sessionToken: undefined })
  expect(awsCredentials(config.parse({}), env)).toEqual({ accessKeyId: 'env', secretAccessKey: 'e', sessionToken: 't' })
  expect(awsCredentials(config.parse({}), {})).toBeNull()
})
