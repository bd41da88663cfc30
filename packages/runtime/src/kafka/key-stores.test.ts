import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { ConfigError } from '@penstock/core'
import { afterAll, expect, test } from 'vitest'
import { type ClientProperties, toProtocolClient, toRdkafka } from './client-config.ts'
import { certificates, jksTruststore, pkcs12Keystore, pkcs12Truststore } from './fixtures/key-stores.ts'

const folder = mkdtempSync(join(tmpdir(), 'key-stores-'))
afterAll(() => rmSync(folder, { recursive: true }))
const [certificate = ''] = certificates
const key = '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n'
const file = (name: string, content: string | Buffer): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const p12 = file('trust', Buffer.from(pkcs12Truststore, 'base64'))
const clientP12 = file('client.p12', Buffer.from(pkcs12Keystore, 'base64'))
const jks = file('trust.jks', Buffer.from(jksTruststore, 'base64'))
const pem = file('ca', certificate)

function problemsOf(properties: ClientProperties): string[] {
  try {
    toRdkafka(properties)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ message }) => message)
    throw error
  }
  return []
}

test('a truststore in PEM is given by its path, whatever its name and type say', () => {
  const { config } = toRdkafka({ 'ssl.truststore.location': pem, 'ssl.truststore.type': 'JKS' })
  expect(config).toEqual({ 'ssl.ca.location': pem })
})

test('a truststore in PKCS12, as keytool writes it, gives its certificates', () => {
  const properties = { 'ssl.truststore.location': p12, 'ssl.truststore.password': 'sesame' }
  const blocks = String(toRdkafka(properties).config['ssl.ca.pem']).match(
    /-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g,
  )
  expect(blocks?.toSorted()).toEqual(certificates.map((text) => text.trim()).toSorted())
  const { tls } = toProtocolClient({
    ...properties,
    'bootstrap.servers': 'kafka:9093',
    'security.protocol': 'SSL',
  })
  expect(() => createSecureContext({ ca: tls?.ca })).not.toThrow()
})

test('a wrong password of a truststore is named, not shown', () => {
  const [problem] = problemsOf({ 'ssl.truststore.location': p12, 'ssl.truststore.password': 'wr0ng' })
  expect(problem).toMatch(
    /ssl\.truststore\.location: the PKCS12 file can't be opened.*Check ssl\.truststore\.password$/,
  )
  expect(problem).not.toContain('wr0ng')
})

test('a keystore with key and certificate in one PEM file serves both', () => {
  const path = file('client', `${key}${certificate}`)
  expect(toRdkafka({ 'ssl.keystore.location': path }).config).toEqual({
    'ssl.certificate.location': path,
    'ssl.key.location': path,
  })
})

test('a keystore in PKCS12 is left to the client libraries', () => {
  const properties = { 'ssl.keystore.location': clientP12, 'ssl.keystore.password': 'sesame' }
  expect(toRdkafka(properties).config).toEqual(properties)
  expect(
    toProtocolClient({ ...properties, 'bootstrap.servers': 'kafka:9093', 'security.protocol': 'SSL' }).tls,
  ).toEqual({ pfx: readFileSync(clientP12), passphrase: 'sesame' })
})

test('a wrong password of a keystore is named, not shown', () => {
  const [problem] = problemsOf({ 'ssl.keystore.location': clientP12, 'ssl.keystore.password': 'wr0ng' })
  expect(problem).toMatch(/ssl\.keystore\.location: the PKCS12 file can't be opened.*Check ssl\.keystore\.password$/)
  expect(problem).not.toContain('wr0ng')
})

test('a keystore in PEM without a key is refused', () => {
  expect(problemsOf({ 'ssl.keystore.location': pem })).toEqual([
    `Invalid value ${pem} for configuration ssl.keystore.location: the PEM file has no PRIVATE KEY block. Put the private key and the certificate chain in one file, or give them by ssl.keystore.key and ssl.keystore.certificate.chain`,
  ])
})

test('stores in Java’s own format are refused with the way out, all at once', () => {
  const problems = problemsOf({
    'ssl.truststore.location': jks,
    'ssl.truststore.password': 'sesame',
    'ssl.keystore.location': jks,
    'ssl.keystore.password': 'sesame',
  })
  expect(problems).toEqual([
    expect.stringMatching(/JKS.*keytool -importkeystore.*set ssl\.truststore\.location=truststore\.p12$/),
    expect.stringMatching(/JKS.*keytool -importkeystore.*set ssl\.keystore\.location=keystore\.p12$/),
  ])
  expect(problems.join()).not.toContain('sesame')
})

test('files that are not there are named', () => {
  const missing = join(folder, 'missing')
  expect(problemsOf({ 'ssl.truststore.location': missing })).toEqual([
    expect.stringMatching(/ssl\.truststore\.location: expected a file that this process can read: ENOENT/),
  ])
  expect(() =>
    toProtocolClient({ 'bootstrap.servers': 'kafka:1', 'security.protocol': 'SSL', 'ssl.ca.location': missing }),
  ).toThrow(/ssl\.ca\.location: expected a file/)
})

test('PEM on one line, with blanks for line ends, is put in shape', () => {
  const oneLine = certificate.trim().replaceAll('\n', ' ')
  const { config } = toRdkafka({ 'ssl.truststore.certificates': `${oneLine} ${oneLine}` })
  expect(config['ssl.ca.pem']).toBe(`${certificate.trim()}\n ${certificate.trim()}\n`)
})

test('a folder of certificates serves as ssl.ca.location', () => {
  const { tls } = toProtocolClient({
    'bootstrap.servers': 'kafka:9093',
    'security.protocol': 'SSL',
    'ssl.ca.location': folder,
  })
  expect(tls?.ca).toContain(certificate.trim())
})
