/** One broker with a listener for every way of logging in, the certificates it shows, and the tokens it believes. */
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Admin, alterUserScramCredentialsV0, Connection } from '@platformatic/kafka'
import { OAuth2Server } from 'oauth2-mock-server'
import { Authority, type Certificate } from './certificates.ts'
import { findJdks, type Jdk } from './jdk.ts'
import { type KafkaAdditions, startKafka } from './kafka-server.ts'
import type { LocalServer } from './local-server.ts'
import { freePorts } from './ports.ts'

/** Listeners by name: what a client needs for them is in the name. */
const listeners = {
  tls: 'SSL',
  mutual: 'SSL',
  misnamed: 'SSL',
  expired: 'SSL',
  sasl: 'SASL_PLAINTEXT',
  sasltls: 'SASL_SSL',
  oauth: 'SASL_PLAINTEXT',
} as const
export type ListenerName = keyof typeof listeners

export const user = { name: 'alice', password: 'correct-horse' }
export const audience = 'kafka-of-tests'

const module = 'org.apache.kafka.common.security'
const scramMechanisms = {
  'SCRAM-SHA-256': { number: 1, hash: 'sha256' },
  'SCRAM-SHA-512': { number: 2, hash: 'sha512' },
}
const iterations = 4096

export interface SecureKafka extends AsyncDisposable {
  readonly server: LocalServer
  /** host:port of the listener without security. */
  readonly plaintext: string
  readonly addresses: Readonly<Record<ListenerName, string>>
  readonly authority: Authority
  /** Signs what no listener believes. */
  readonly foreignAuthority: Authority
  readonly client: Certificate
  readonly jdk: Jdk
  readonly tokenEndpoint: string
  /** Lets the listener show a certificate from now on. */
  useCertificate(listener: ListenerName, certificate: Certificate): Promise<void>
  /** Sets a user's password for one mechanism; the user is created where it is new. */
  setPassword(name: string, mechanism: keyof typeof scramMechanisms, password: string): Promise<void>
}

/** Starts the broker and the token server, with all files below `folder`. */
export async function startSecureKafka(folder: string, progress: (line: string) => void): Promise<SecureKafka> {
  const [jdk] = await findJdks()
  if (!jdk) throw new Error('a JDK is needed: none is on PATH, in JAVA_HOME or in /usr/lib/jvm')
  const files = join(folder, 'certificates')
  const authority = await Authority.create(files, 'authority')
  const foreignAuthority = await Authority.create(files, 'foreign-authority')
  const tokens = await startTokenServer()
  try {
    const names = Object.keys(listeners) as ListenerName[]
    const ports = await freePorts(names.length)
    const good = await authority.issue({ name: 'broker' })
    const certificates: Partial<Record<ListenerName, Certificate>> = {
      tls: good,
      mutual: good,
      sasltls: good,
      misnamed: await authority.issue({ name: 'misnamed', host: 'elsewhere.example' }),
      expired: await authority.issue({ name: 'expired', expired: true }),
    }
    const additions: KafkaAdditions = {
      listeners: names.map((name, place) => ({ name, protocol: listeners[name], port: ports[place] as number })),
      properties: {
        ...certificateProperties(certificates),
        'listener.name.mutual.ssl.client.auth': 'required',
        'listener.name.mutual.ssl.truststore.type': 'PEM',
        'listener.name.mutual.ssl.truststore.location': authority.pemFile,
        ...saslProperties(),
        ...oauthProperties(tokens),
      },
      jvm: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${tokens.issuer.url}/jwks`],
      format: Object.keys(scramMechanisms).flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${user.name},password=${user.password}]`,
      ]),
    }
    const server = await startKafka(jdk, join(folder, 'kafka'), join(folder, 'kafka.log'), progress, additions)
    const addresses = Object.fromEntries(names.map((name, place) => [name, `127.0.0.1:${ports[place]}`]))
    return {
      server,
      plaintext: server.address,
      addresses: addresses as Record<ListenerName, string>,
      authority,
      foreignAuthority,
      client: await authority.issue({ name: 'client' }),
      jdk,
      tokenEndpoint: `${tokens.issuer.url}/token`,
      useCertificate: (listener, certificate) => useCertificate(server.address, listener, certificate),
      setPassword: (name, mechanism, password) => setPassword(server.address, name, mechanism, password),
      [Symbol.asyncDispose]: async () => {
        await server.close()
        await tokens.stop()
      },
    }
  } catch (error) {
    await tokens.stop()
    throw error
  }
}

async function startTokenServer(): Promise<OAuth2Server> {
  const tokens = new OAuth2Server()
  await tokens.issuer.keys.generate('RS256')
  tokens.service.on('beforeTokenSigning', (token: { payload: Record<string, unknown> }) => {
    Object.assign(token.payload, { aud: audience, sub: user.name, scope: 'all' })
  })
  await tokens.start(0, '127.0.0.1')
  return tokens
}

function certificateProperties(certificates: Partial<Record<ListenerName, Certificate>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(certificates).flatMap(([name, { pemFile }]) => [
      [`listener.name.${name}.ssl.keystore.type`, 'PEM'],
      [`listener.name.${name}.ssl.keystore.location`, pemFile],
    ]),
  )
}

function saslProperties(): Record<string, string> {
  const plain = `${module}.plain.PlainLoginModule required user_${user.name}="${user.password}";`
  return Object.fromEntries(
    ['sasl', 'sasltls'].flatMap((name) => [
      [`listener.name.${name}.sasl.enabled.mechanisms`, 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512'],
      [`listener.name.${name}.plain.sasl.jaas.config`, plain],
      ...['scram-sha-256', 'scram-sha-512'].map((mechanism) => [
        `listener.name.${name}.${mechanism}.sasl.jaas.config`,
        `${module}.scram.ScramLoginModule required;`,
      ]),
    ]),
  )
}

function oauthProperties(tokens: OAuth2Server): Record<string, string> {
  const own = 'listener.name.oauth.oauthbearer.'
  return {
    'listener.name.oauth.sasl.enabled.mechanisms': 'OAUTHBEARER',
    [`${own}sasl.jaas.config`]: `${module}.oauthbearer.OAuthBearerLoginModule required;`,
    [`${own}sasl.server.callback.handler.class`]: `${module}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
    [`${own}sasl.oauthbearer.jwks.endpoint.url`]: `${tokens.issuer.url}/jwks`,
    [`${own}sasl.oauthbearer.expected.audience`]: audience,
    // Sessions end, and are renewed, while a test runs.
    [`${own}connections.max.reauth.ms`]: '4000',
  }
}

async function useCertificate(server: string, listener: ListenerName, { pemFile }: Certificate): Promise<void> {
  const admin = new Admin({ clientId: 'certificates', bootstrapBrokers: [server] })
  try {
    const set = { configOperation: 0 as const, name: `listener.name.${listener}.ssl.keystore.location`, value: pemFile }
    await admin.incrementalAlterConfigs({ resources: [{ resourceType: 4, resourceName: '1', configs: [set] }] })
  } finally {
    await admin.close()
  }
}

async function setPassword(
  server: string,
  name: string,
  mechanism: keyof typeof scramMechanisms,
  password: string,
): Promise<void> {
  const { number, hash } = scramMechanisms[mechanism]
  const salt = randomBytes(16)
  const saltedPassword = pbkdf2Sync(password, salt, iterations, hash === 'sha256' ? 32 : 64, hash)
  const [host = '', port] = server.split(':')
  const connection = new Connection('passwords')
  await connection.connect(host, Number(port))
  try {
    const credential = { name, mechanism: number, iterations, salt, saltedPassword }
    await alterUserScramCredentialsV0.api.async(connection, [], [credential])
  } finally {
    await connection.close()
  }
}
