/** Certificates and keys, wherever a configuration keeps them: PEM or PKCS12, in files or in the value itself. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { type ConfigProblem, messageOf } from '@penstock/core'
import type * as Forge from 'node-forge'

type Properties = Readonly<Record<string, string>>

/** librdkafka's keys for the certificates that are trusted; `prefix` is `https.` for those of a token endpoint. */
export function truststore(
  properties: Properties,
  problems: ConfigProblem[],
  { key = 'ssl.truststore.location', prefix = 'ssl.' } = {},
): Record<string, string> {
  const path = properties['ssl.truststore.location'] ?? ''
  const bytes = readStore(key, path, problems)
  if (bytes === null) return {}
  switch (formatOf(bytes)) {
    case 'PEM':
      return { [`${prefix}ca.location`]: path }
    case 'PKCS12':
      try {
        return { [`${prefix}ca.pem`]: certificatesOf(bytes, properties['ssl.truststore.password'] ?? '') }
      } catch (error) {
        problems.push({
          key,
          message: `Invalid value ${path} for configuration ${key}: the PKCS12 file can't be opened: ${messageOf(error)} Check ssl.truststore.password`,
        })
        return {}
      }
    default:
      problems.push({
        key,
        message: `Invalid value ${path} for configuration ${key}: expected a PEM or PKCS12 file, Java's own JKS format can't be read. Convert it with "keytool -importkeystore -srckeystore ${path} -destkeystore truststore.p12 -deststoretype PKCS12" and set ${key}=truststore.p12`,
      })
      return {}
  }
}

/** librdkafka's keys for the client's own certificate and key. */
export function keystore(properties: Properties, problems: ConfigProblem[]): Record<string, string> {
  const key = 'ssl.keystore.location'
  const path = properties[key] ?? ''
  const bytes = readStore(key, path, problems)
  if (bytes === null) return {}
  switch (formatOf(bytes)) {
    case 'PEM': {
      const missing = ['PRIVATE KEY', 'CERTIFICATE'].find((block) => !bytes.includes(`${block}-----`))
      if (missing !== undefined) {
        problems.push({
          key,
          message: `Invalid value ${path} for configuration ${key}: the PEM file has no ${missing} block. Put the private key and the certificate chain in one file, or give them by ssl.keystore.key and ssl.keystore.certificate.chain`,
        })
      }
      return { 'ssl.certificate.location': path, 'ssl.key.location': path }
    }
    case 'PKCS12':
      try {
        createSecureContext({ pfx: bytes, passphrase: properties['ssl.keystore.password'] })
      } catch (error) {
        problems.push({
          key,
          message: `Invalid value ${path} for configuration ${key}: the PKCS12 file can't be opened: ${messageOf(error)}. Check ssl.keystore.password`,
        })
      }
      return { 'ssl.keystore.location': path }
    default:
      problems.push({
        key,
        message: `Invalid value ${path} for configuration ${key}: expected a PEM or PKCS12 file, Java's own JKS format can't be read. Convert it with "keytool -importkeystore -srckeystore ${path} -destkeystore keystore.p12 -deststoretype PKCS12" and set ${key}=keystore.p12`,
      })
      return {}
  }
}

/** PEM as OpenSSL wants it: Java also takes a block on one line, with blanks for the line ends. */
export function normalizedPem(text: string): string {
  return text.replace(/(-----BEGIN [^-]+-----)([^-]+)(-----END [^-]+-----)/g, (block, begin, body: string, end) => {
    if (body.includes(':')) return block // headers of the old encrypted form, which only comes with line ends
    const lines = body.replace(/\s+/g, '').match(/.{1,64}/g) ?? []
    return [begin, ...lines, end, ''].join('\n')
  })
}

/** The certificates below `ssl.ca.location`, which librdkafka takes as a file or a folder. */
export function readCertificates(path: string, problems: ConfigProblem[]): string | undefined {
  const key = 'ssl.ca.location'
  try {
    if (!statSync(path).isDirectory()) return readFileSync(path, 'utf8')
    const texts = readdirSync(path).map((name) => readFileSync(join(path, name), 'utf8'))
    return texts.filter((text) => text.includes('BEGIN CERTIFICATE')).join('\n')
  } catch (error) {
    problems.push({ key, message: unreadable(key, path, error) })
    return undefined
  }
}

/** The bytes of a file that a key names; null after noting why they can't be had. */
export function readStore(key: string, path: string, problems: ConfigProblem[]): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    problems.push({ key, message: unreadable(key, path, error) })
    return null
  }
}

function unreadable(key: string, path: string, error: unknown): string {
  return `Invalid value ${path} for configuration ${key}: expected a file that this process can read: ${messageOf(error)}`
}

/** By content, as Java also reads PKCS12 where the type says JKS. */
function formatOf(bytes: Buffer): 'PEM' | 'PKCS12' | 'other' {
  if (bytes.includes('-----BEGIN ')) return 'PEM'
  return bytes[0] === 0x30 ? 'PKCS12' : 'other' // a DER sequence
}

/** All certificates of a PKCS12 file, as PEM. */
function certificatesOf(bytes: Buffer, password: string): string {
  // Loaded late: it is large, and few have a truststore of this kind.
  const forge = createRequire(import.meta.url)('node-forge') as typeof Forge
  const store = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(bytes.toString('binary')), password)
  const bagType = forge.pki.oids.certBag as string
  const bags = store.getBags({ bagType })[bagType] ?? []
  const pems = bags.map((bag) => {
    // Of certificates with other keys than RSA only the bytes are told.
    const der = forge.asn1.toDer(bag.cert ? forge.pki.certificateToAsn1(bag.cert) : (bag.asn1 as Forge.asn1.Asn1))
    return forge.pem.encode({ type: 'CERTIFICATE', body: der.getBytes() }).replaceAll('\r', '')
  })
  if (pems.length === 0) throw new Error('It holds no certificate.')
  return pems.join('')
}
