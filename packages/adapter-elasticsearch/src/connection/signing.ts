/** AWS Signature Version 4: each request is signed with the access key, for the host that it goes to. */
import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'
import type { ElasticsearchSinkConfig } from '../config/config.ts'

export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
}

export interface RequestToSign {
  readonly method: string
  /** With prefix, path and query, percent-encoded as it is sent. */
  readonly url: string
  readonly body: Buffer | string | null
}

type AwsConfig = Pick<
  ElasticsearchSinkConfig,
  'aws.region' | 'aws.service.signing.name' | 'aws.access.key.id' | 'aws.secret.access.key' | 'aws.session.token'
>

/** Those of the configuration, else those of the environment; null where neither has any. */
export function awsCredentials(config: AwsConfig, env: NodeJS.ProcessEnv = process.env): AwsCredentials | null {
  const accessKeyId = config['aws.access.key.id']
  if (accessKeyId !== '') {
    const secretAccessKey = config['aws.secret.access.key']?.reveal() ?? ''
    return { accessKeyId, secretAccessKey, sessionToken: config['aws.session.token']?.reveal() || undefined }
  }
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = env
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) return null
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    sessionToken: AWS_SESSION_TOKEN || undefined,
  }
}

export class RequestSigner {
  readonly #credentials: AwsCredentials
  readonly #region: string
  readonly #service: string
  /** Keys derived from the secret, by day. */
  #cache = new Map<string, ArrayBuffer>()

  constructor(credentials: AwsCredentials, config: Pick<AwsConfig, 'aws.region' | 'aws.service.signing.name'>) {
    this.#credentials = credentials
    this.#region = config['aws.region']
    this.#service = config['aws.service.signing.name']
  }

  /** The headers that a request needs besides its own; they hold for a few minutes. */
  async sign(request: RequestToSign, now: Date): Promise<Record<string, string>> {
    if (this.#cache.size > 2) this.#cache = new Map()
    const signer = new AwsV4Signer({
      method: request.method,
      url: request.url,
      headers: {
        'x-amz-content-sha256': createHash('sha256')
          .update(request.body ?? '')
          .digest('hex'),
      },
      accessKeyId: this.#credentials.accessKeyId,
      secretAccessKey: this.#credentials.secretAccessKey,
      ...(this.#credentials.sessionToken === undefined ? {} : { sessionToken: this.#credentials.sessionToken }),
      service: this.#service,
      region: this.#region,
      datetime: now.toISOString().replace(/[:-]|\.\d{3}/g, ''),
      cache: this.#cache,
    })
    const { headers } = await signer.sign()
    return Object.fromEntries([...headers].filter(([name]) => name !== 'host'))
  }
}
