import { ConfigError, type RawConfig } from '@penstock/core'
import { expect, test } from 'vitest'
import { workerWith } from './fixtures/worker.ts'

function keysRefused(raw: RawConfig): string[] {
  try {
    workerWith(raw)
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.problems.map(({ key }) => key)
  }
}

const https = { listeners: 'https://:8443', 'ssl.keystore.location': '/keys.pem' }
const jwt = {
  'rest.authentication.methods': 'jwt',
  'rest.authentication.jwt.jwks.url': 'https://issuer/keys',
  'rest.authentication.jwt.issuer': 'https://issuer',
  'rest.authentication.jwt.audience': 'penstock',
}

test.each<[string, RawConfig, string[]]>([
  ['an https listener needs a certificate', { listeners: 'https://:8443' }, ['ssl.keystore.location']],
  ['a file will do', https, []],
  [
    'so will a chain and a key',
    { listeners: 'https://:8443', 'ssl.keystore.certificate.chain': 'c', 'ssl.keystore.key': 'k' },
    [],
  ],
  [
    'one prefixed key hides all without a prefix',
    { ...https, 'listeners.https.ssl.client.auth': 'none' },
    ['listeners.https.ssl.keystore.location'],
  ],
  [
    'admin listeners have a prefix of their own',
    { 'admin.listeners': 'https://:8444', 'admin.listeners.https.ssl.protocol': 'TLS' },
    ['admin.listeners.https.ssl.keystore.location'],
  ],
  ['admin listeners may be none', { 'admin.listeners': '' }, []],
  ['admin listeners are listeners', { 'admin.listeners': 'nowhere' }, ['admin.listeners']],
  ['clients may be asked for certificates', { ...https, 'ssl.client.auth': 'REQUESTED' }, []],
  ['but not anyhow', { ...https, 'ssl.client.auth': 'perhaps' }, ['ssl.client.auth']],
  ['methods have names', { 'rest.authentication.methods': 'kerberos' }, ['rest.authentication.methods']],
  ['basic needs a file', { 'rest.authentication.methods': 'basic' }, ['rest.authentication.basic.file']],
  [
    'users need the protocol that signs requests between workers',
    { 'rest.authentication.methods': 'basic', 'rest.authentication.basic.file': 'f', 'connect.protocol': 'eager' },
    ['connect.protocol'],
  ],
  ['jwt needs keys, an issuer and an audience', jwt, []],
  [
    'and nothing less',
    { 'rest.authentication.methods': 'jwt' },
    ['rest.authentication.jwt.issuer', 'rest.authentication.jwt.audience', 'rest.authentication.jwt.jwks.url'],
  ],
  [
    'one source of keys',
    { ...jwt, 'rest.authentication.jwt.jwks.file': '/keys' },
    ['rest.authentication.jwt.jwks.url'],
  ],
  [
    'mtls needs https and roles',
    { 'rest.authentication.methods': 'mtls' },
    ['rest.authentication.mtls.roles', 'listeners'],
  ],
  [
    'mtls needs clients to show certificates',
    { ...https, 'rest.authentication.methods': 'mtls', 'rest.authentication.mtls.roles': '*=read' },
    ['ssl.client.auth'],
  ],
  [
    'roles are read, operate and admin',
    { 'rest.authentication.mtls.roles': 'CN=a,O=b=boss' },
    ['rest.authentication.mtls.roles'],
  ],
  ['of tokens too', { 'rest.authentication.jwt.roles': 'a=boss' }, ['rest.authentication.jwt.roles']],
  [
    'only harmless paths may be open',
    { 'rest.authentication.open.paths': '/health,/connectors' },
    ['rest.authentication.open.paths'],
  ],
])('%s', (_name, raw, keys) => {
  expect(keysRefused(raw)).toEqual(keys)
})
