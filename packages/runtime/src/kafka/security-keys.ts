/** The part of the table of client keys that is about TLS and SASL; the same for every client. */
import type { ClientKey } from './client-keys.ts'

type Row = Omit<ClientKey, 'clients'>

/** What both clients are given. */
const both = (to: string, protocolClient = 'the same'): Row => ({
  handling: { kind: 'converted', note: to },
  protocolClient,
})
const unused = (note: string): Row => ({ handling: { kind: 'unused', note } })
const ignored = (note: string): Row => ({ handling: { kind: 'ignored', note } })
const refused = (note: string): Row => ({ handling: { kind: 'refused', note } })

const byContent = unused('PEM and PKCS12 are told apart by their content')
const loginTiming = unused('tokens are renewed at four fifths of their life, failures tried again with backoff')
const brokerSide = unused('for those who check tokens: brokers')
const assertion = refused('tokens are only fetched by the client credentials grant')
const assertionDetail = unused('of the grant by assertion, which is not used')
const kerberos = unused('for GSSAPI, which is refused as `sasl.mechanism`')

export const securityKeys: Readonly<Record<string, Row>> = {
  'security.protocol': both('the same, in small letters', 'TLS and SASL on or off'),
  'security.providers': ignored('names Java classes, which can’t run here'),

  'ssl.truststore.location': both(
    'PEM: `ssl.ca.location`; PKCS12: `ssl.ca.pem`; JKS is refused',
    'trusted certificates',
  ),
  'ssl.truststore.certificates': both('`ssl.ca.pem`', 'trusted certificates'),
  'ssl.truststore.password': both('opens a PKCS12 truststore'),
  'ssl.truststore.type': byContent,
  'ssl.keystore.location': both(
    'PEM: `ssl.certificate.location` and `ssl.key.location`; PKCS12: the same; JKS is refused',
    'client certificate and key',
  ),
  'ssl.keystore.certificate.chain': both('`ssl.certificate.pem`', 'client certificate'),
  'ssl.keystore.key': both('`ssl.key.pem`', 'client key'),
  'ssl.keystore.password': both('opens a PKCS12 keystore'),
  'ssl.keystore.type': byContent,
  'ssl.key.password': both('decrypts a key in PEM'),
  'ssl.endpoint.identification.algorithm': both('empty is `none`', 'empty switches the check of host names off'),
  'ssl.cipher.suites': both('Java’s names become those of OpenSSL; suites of TLS 1.3 are always on'),
  'ssl.protocol': unused('TLS 1.2 and 1.3 are offered'),
  'ssl.enabled.protocols': unused('TLS 1.2 and 1.3 are offered'),
  'ssl.provider': unused('OpenSSL does TLS here'),
  'ssl.keymanager.algorithm': unused('OpenSSL does TLS here'),
  'ssl.trustmanager.algorithm': unused('OpenSSL does TLS here'),
  'ssl.secure.random.implementation': unused('OpenSSL does TLS here'),
  'ssl.engine.factory.class': refused(
    'names a Java class, which can’t run here; give certificates by `ssl.truststore.*` and `ssl.keystore.*`',
  ),

  'sasl.mechanism': both('`sasl.mechanisms`: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, OAUTHBEARER; others are refused'),
  'sasl.jaas.config': both(
    '`sasl.username` and `sasl.password`, or `sasl.oauthbearer.client.id`, `….client.secret`, `….scope`, `….extensions`',
  ),
  'sasl.login.callback.handler.class': both(
    '`sasl.oauthbearer.method` is `oidc` for `OAuthBearerLoginCallbackHandler`; other classes are refused',
  ),
  'sasl.client.callback.handler.class': refused(
    'names a Java class, which can’t run here; give the credentials by `sasl.jaas.config`',
  ),
  'sasl.login.class': ignored('names a Java class, which can’t run here'),
  'sasl.login.connect.timeout.ms': both('fixed', 'longest wait for a connection to the token endpoint'),
  'sasl.login.read.timeout.ms': both('fixed', 'longest wait for the answer of the token endpoint'),
  'sasl.login.refresh.buffer.seconds': loginTiming,
  'sasl.login.refresh.min.period.seconds': loginTiming,
  'sasl.login.refresh.window.factor': loginTiming,
  'sasl.login.refresh.window.jitter': loginTiming,
  'sasl.login.retry.backoff.ms': loginTiming,
  'sasl.login.retry.backoff.max.ms': loginTiming,
  'sasl.kerberos.kinit.cmd': kerberos,
  'sasl.kerberos.min.time.before.relogin': kerberos,
  'sasl.kerberos.service.name': kerberos,
  'sasl.kerberos.ticket.renew.jitter': kerberos,
  'sasl.kerberos.ticket.renew.window.factor': kerberos,

  'sasl.oauthbearer.token.endpoint.url': both('the same, with `sasl.oauthbearer.method` = `oidc`', 'asked for tokens'),
  'sasl.oauthbearer.client.credentials.client.id': both('`sasl.oauthbearer.client.id`', 'authenticates there'),
  'sasl.oauthbearer.client.credentials.client.secret': both('`sasl.oauthbearer.client.secret`', 'authenticates there'),
  'sasl.oauthbearer.scope': both('the same'),
  'sasl.oauthbearer.sub.claim.name': { handling: { kind: 'same' } },
  'sasl.oauthbearer.scope.claim.name': unused('only the brokers look at scopes'),
  'sasl.oauthbearer.header.urlencode': both('id and secret are encoded beforehand'),
  'sasl.oauthbearer.jwt.retriever.class': both(
    '`DefaultJwtRetriever` and `ClientCredentialsJwtRetriever` are what is done anyway; others are refused',
  ),
  'sasl.oauthbearer.jwt.validator.class': unused('brokers validate tokens'),
  'sasl.oauthbearer.clock.skew.seconds': brokerSide,
  'sasl.oauthbearer.expected.audience': brokerSide,
  'sasl.oauthbearer.expected.issuer': brokerSide,
  'sasl.oauthbearer.jwks.endpoint.refresh.ms': brokerSide,
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms': brokerSide,
  'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms': brokerSide,
  'sasl.oauthbearer.jwks.endpoint.url': brokerSide,
  'sasl.oauthbearer.assertion.algorithm': assertionDetail,
  'sasl.oauthbearer.assertion.claim.aud': assertion,
  'sasl.oauthbearer.assertion.claim.exp.seconds': assertionDetail,
  'sasl.oauthbearer.assertion.claim.iss': assertion,
  'sasl.oauthbearer.assertion.claim.jti.include': assertionDetail,
  'sasl.oauthbearer.assertion.claim.nbf.seconds': assertionDetail,
  'sasl.oauthbearer.assertion.claim.sub': assertion,
  'sasl.oauthbearer.assertion.file': assertion,
  'sasl.oauthbearer.assertion.private.key.file': assertion,
  'sasl.oauthbearer.assertion.private.key.passphrase': assertion,
  'sasl.oauthbearer.assertion.template.file': assertion,
}
