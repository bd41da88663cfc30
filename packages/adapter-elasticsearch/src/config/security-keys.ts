/** TLS. */
import { key } from '@penstock/core'
import { security } from './groups.ts'

const stores = 'PEM and PKCS12 are told apart by their content'

export const securityKeys = {
  'elastic.security.protocol': key.oneOf(['PLAINTEXT', 'SSL'], {
    default: 'PLAINTEXT',
    importance: 'medium',
    group: security,
    displayName: 'Security protocol',
    doc: 'SSL: use the `elastic.https.ssl.*` keys. With PLAINTEXT https URLs work too, on the system’s own certificates.',
  }),
  'elastic.https.ssl.truststore.certificates': key.password({
    default: null,
    importance: 'high',
    group: security,
    displayName: 'Trusted certificates',
    doc: 'Certificates to trust, as PEM text.',
  }),
  'elastic.https.ssl.truststore.location': key.string({
    default: null,
    importance: 'high',
    group: security,
    displayName: 'Truststore file',
    doc: 'File with certificates to trust, PEM or PKCS12. JKS is refused with the command that converts it.',
  }),
  'elastic.https.ssl.truststore.password': key.password({
    default: null,
    importance: 'high',
    group: security,
    displayName: 'Truststore password',
    doc: 'Password of a PKCS12 truststore.',
  }),
  'elastic.https.ssl.truststore.type': key.string({
    default: 'JKS',
    importance: 'medium',
    group: security,
    displayName: 'Truststore type',
    doc: `Accepted; ${stores}.`,
  }),
  'elastic.https.ssl.keystore.certificate.chain': key.password({
    default: null,
    importance: 'high',
    group: security,
    displayName: 'Client certificate chain',
    doc: 'Certificate chain of this client, as PEM text.',
  }),
  'elastic.https.ssl.keystore.key': key.password({
    default: null,
    importance: 'high',
    group: security,
    displayName: 'Client key',
    doc: 'Private key of this client, as PEM text.',
  }),
  'elastic.https.ssl.keystore.location': key.string({
    default: null,
    importance: 'high',
    group: security,
    displayName: 'Keystore file',
    doc: 'File with the client’s private key and certificate chain, PEM or PKCS12. JKS is refused with the command that converts it.',
  }),
  'elastic.https.ssl.keystore.password': key.password({
    default: null,
    importance: 'high',
    group: security,
    displayName: 'Keystore password',
    doc: 'Password of a PKCS12 keystore.',
  }),
  'elastic.https.ssl.keystore.type': key.string({
    default: 'JKS',
    importance: 'medium',
    group: security,
    displayName: 'Keystore type',
    doc: `Accepted; ${stores}.`,
  }),
  'elastic.https.ssl.key.password': key.password({
    default: null,
    importance: 'high',
    group: security,
    displayName: 'Client key password',
    doc: 'Password of the private key, where it is PEM.',
  }),
  'elastic.https.ssl.endpoint.identification.algorithm': key.string({
    default: 'https',
    importance: 'low',
    group: security,
    displayName: 'Host name check',
    check: (name) => (/^(https)?$/i.test(name) ? undefined : 'https, or nothing, is expected'),
    doc: 'Empty switches off the check that the server’s certificate is for its host name.',
  }),
  'elastic.https.ssl.enabled.protocols': key.list({
    default: ['TLSv1.2', 'TLSv1.3'],
    importance: 'medium',
    group: security,
    displayName: 'Enabled TLS versions',
    check: (versions) => {
      const unknown = versions.find((version) => !/^TLSv1\.[23]$/.test(version))
      if (versions.length > 0 && unknown === undefined) return undefined
      return 'TLSv1.2, TLSv1.3 or both are expected'
    },
    doc: 'Versions of TLS to use.',
  }),
  'elastic.https.ssl.protocol': key.string({
    default: 'TLSv1.3',
    importance: 'medium',
    group: security,
    displayName: 'TLS protocol',
    doc: 'Accepted; `elastic.https.ssl.enabled.protocols` says which versions are used.',
  }),
  'elastic.https.ssl.cipher.suites': key.list({
    default: [],
    importance: 'low',
    group: security,
    displayName: 'Cipher suites',
    doc: 'Cipher suites to use, by their names in Java or OpenSSL. Empty: those of OpenSSL.',
  }),
} as const

/**
 * Keys of Java’s TLS that name classes or algorithms of the JVM, with the values that ask for what is the case anyway.
 * Others are refused.
 */
export const javaTlsKeys: Readonly<Record<string, readonly string[]>> = {
  'elastic.https.ssl.provider': [''],
  'elastic.https.ssl.keymanager.algorithm': ['', 'SunX509', 'PKIX'],
  'elastic.https.ssl.trustmanager.algorithm': ['', 'PKIX', 'SunX509'],
  'elastic.https.ssl.secure.random.implementation': [''],
  'elastic.https.ssl.engine.factory.class': [''],
}
