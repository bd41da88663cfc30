/** Certificates for the listeners and clients of tests: an authority, and what it signs, good or expired. */

import { execFile } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import forge from 'node-forge'
import type { Jdk } from './jdk.ts'

const run = promisify(execFile)
const dayMs = 86_400_000

export interface CertificateOptions {
  /** Of its owner; one that replaces another must have the same. */
  readonly name: string
  /** Host names or addresses the certificate is for; 127.0.0.1 where not given. */
  readonly host?: string | readonly string[]
  readonly expired?: boolean
}

/** A certificate with its key, both in PEM. */
export interface Certificate {
  readonly certificate: string
  readonly key: string
  /** Both in one file, as Java and librdkafka take them. */
  readonly pemFile: string
}

export class Authority {
  readonly certificate: string
  /** With the authority's own certificate. */
  readonly pemFile: string
  readonly #folder: string
  readonly #issuer: forge.pki.Certificate
  readonly #key: forge.pki.rsa.PrivateKey
  #issued = 0

  private constructor(folder: string, name: string, issuer: forge.pki.Certificate, key: forge.pki.rsa.PrivateKey) {
    this.#folder = folder
    this.#issuer = issuer
    this.#key = key
    this.certificate = forge.pki.certificateToPem(issuer).replaceAll('\r', '')
    this.pemFile = join(folder, `${name}.pem`)
  }

  static async create(folder: string, name: string): Promise<Authority> {
    await mkdir(folder, { recursive: true })
    const { privateKey, publicKey } = keyPair()
    const certificate = unsigned(name, publicKey, {})
    certificate.setIssuer(certificate.subject.attributes)
    certificate.setExtensions([
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ])
    certificate.sign(privateKey, forge.md.sha256.create())
    const authority = new Authority(folder, name, certificate, privateKey)
    await writeFile(authority.pemFile, authority.certificate)
    return authority
  }

  async issue(options: CertificateOptions): Promise<Certificate> {
    const { name, host = '127.0.0.1' } = options
    const { privateKey, publicKey } = keyPair()
    const issued = unsigned(name, publicKey, options)
    issued.setIssuer(this.#issuer.subject.attributes)
    issued.setExtensions([
      { name: 'extKeyUsage', serverAuth: true, clientAuth: true },
      { name: 'subjectAltName', altNames: [host].flat().map(alternativeName) },
    ])
    issued.sign(this.#key, forge.md.sha256.create())
    const certificate = forge.pki.certificateToPem(issued).replaceAll('\r', '')
    const wrapped = forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(privateKey))
    const key = forge.pki.privateKeyInfoToPem(wrapped).replaceAll('\r', '')
    const pemFile = join(this.#folder, `${name}-${this.#issued++}.pem`)
    await writeFile(pemFile, `${key}${certificate}${this.certificate}`)
    return { certificate, key, pemFile }
  }

  /** A PKCS12 file with a client's key and certificate. */
  async keystore(name: string, { certificate, key }: Certificate, password: string): Promise<string> {
    const chain = [certificate, this.certificate].map((pem) => forge.pki.certificateFromPem(pem))
    const store = forge.pkcs12.toPkcs12Asn1(forge.pki.privateKeyFromPem(key), chain, password, { algorithm: 'aes256' })
    const path = join(this.#folder, `${name}.p12`)
    await writeFile(path, forge.asn1.toDer(store).getBytes(), 'binary')
    return path
  }

  /** A PKCS12 file with the authority's certificate, as Java's keytool writes it. */
  async truststore(jdk: Jdk, name: string, password: string): Promise<string> {
    const path = join(this.#folder, `${name}.p12`)
    const what = ['-importcert', '-noprompt', '-alias', 'authority', '-file', this.pemFile]
    const where = ['-keystore', path, '-storetype', 'PKCS12', '-storepass', password]
    await run(join(jdk.home, 'bin', 'keytool'), [...what, ...where])
    return path
  }
}

function unsigned(name: string, publicKey: forge.pki.rsa.PublicKey, { expired = false }: Partial<CertificateOptions>) {
  const certificate = forge.pki.createCertificate()
  certificate.publicKey = publicKey
  certificate.serialNumber = `01${forge.util.bytesToHex(forge.random.getBytesSync(8))}`
  certificate.validity.notBefore = new Date(Date.now() - 10 * dayMs)
  certificate.validity.notAfter = new Date(Date.now() + (expired ? -1 : 10) * dayMs)
  certificate.setSubject([{ name: 'commonName', value: name }])
  return certificate
}

/** By Node: the library's own takes seconds. */
function keyPair() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return { privateKey: forge.pki.privateKeyFromPem(privateKey), publicKey: forge.pki.publicKeyFromPem(publicKey) }
}

function alternativeName(host: string): object {
  return /^[\d.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host }
}
