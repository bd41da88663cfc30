/** Failures of connections in words that say what to do. */

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /self.signed certificate|unable to (get|verify)|certificate signature failure/i,
    'the certificate of the server is not trusted; give its CA by elastic.https.ssl.truststore.location and set elastic.security.protocol to SSL',
  ],
  [/certificate has expired/i, 'the certificate of the server, or one that it is signed by, must be renewed'],
  [
    /does not match certificate's altnames/i,
    'use a host name that the certificate is for, or set elastic.https.ssl.endpoint.identification.algorithm to an empty value',
  ],
  [
    /certificate.required|handshake.failure|alert bad certificate|unknown ca/i,
    'the server may want a client certificate that it trusts; give one by elastic.https.ssl.keystore.location',
  ],
  [
    /wrong version number|packet length too long/i,
    'the server does not speak TLS at this port; is the URL an http one?',
  ],
  [/\b407\b/, 'the proxy refused proxy.username and proxy.password'],
  [/Proxy (response|did not open)/i, 'the proxy would not connect to the URL'],
]

/** The message with a hint where one is known. */
export function explained(message: string): string {
  const hint = hints.find(([pattern]) => pattern.test(message))?.[1]
  return hint === undefined ? message : `${message} (${hint})`
}
