/** TLS. */
import { key } from '@penstock/core'
import { security } from './groups.ts'

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
    importance: 'medium',
    group: security,
    displayName: 'Trusted certificates',
    doc: 'Certificates to trust, as PEM text.',
  }),
  'elastic.https.ssl.truststore.location': key.string({
    default: null,
    importance: 'medium',
    group: security,
    displayName: 'Truststore file',
    doc: 'PEM file with certificates to trust. A JKS store is turned to PEM by `keytool -exportcert -rfc`.',
  }),
  'elastic.https.ssl.keystore.certificate.chain': key.password({
    default: null,
    importance: 'medium',
    group: security,
    displayName: 'Client certificate chain',
    doc: 'Certificate chain of this client, as PEM text.',
  }),
  'elastic.https.ssl.keystore.key': key.password({
    default: null,
    importance: 'medium',
    group: security,
    displayName: 'Client key',
    doc: 'Private key of this client, as PEM text.',
  }),
  'elastic.https.ssl.key.password': key.password({
    default: null,
    importance: 'medium',
    group: security,
    displayName: 'Client key password',
    doc: 'Password of the private key.',
  }),
  'elastic.https.ssl.endpoint.identification.algorithm': key.string({
    default: 'https',
    importance: 'low',
    group: security,
    displayName: 'Host name check',
    doc: 'Empty switches off the check that the server’s certificate is for its host name.',
  }),
} as const
