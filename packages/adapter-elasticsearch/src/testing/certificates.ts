/** Certificates for tests: an authority and what it signs. */
import { generateKeyPairSync } from 'node:crypto'
import forge from 'node-forge'

export interface Certificate {
  readonly certificate: string
  readonly key: string
  /** Both, with the authority's certificate, as PKCS12. */
  pkcs12(password: string): Buffer
}

export interface CertificateOptions {
  /** Host name it is for; 127.0.0.1 where not given. */
  readonly host?: string
  readonly expired?: boolean
}

const dayMs = 86_400_000

export class Authority {
  readonly certificate: string
  readonly #certificate: forge.pki.Certificate
  readonly #keys = rsaKeys()

  constructor(name: string) {
    this.#certificate = unsigned(name, this.#keys.publicKey, false)
    this.#certificate.setIssuer(this.#certificate.subject.attributes)
    this.#certificate.setExtensions([{ name: 'basicConstraints', cA: true }])
    this.#certificate.sign(this.#keys.privateKey, forge.md.sha256.create())
    this.certificate = forge.pki.certificateToPem(this.#certificate)
  }

  issue({ host = '127.0.0.1', expired = false }: CertificateOptions = {}): Certificate {
    const { privateKey, publicKey } = rsaKeys()
    const certificate = unsigned(host, publicKey, expired)
    certificate.setIssuer(this.#certificate.subject.attributes)
    const name = /^[\d.]+$/.test(host) ? { type: 7, ip: host } : { type: 2, value: host }
    certificate.setExtensions([{ name: 'subjectAltName', altNames: [name] }])
    certificate.sign(this.#keys.privateKey, forge.md.sha256.create())
    return {
      certificate: forge.pki.certificateToPem(certificate),
      key: forge.pki.privateKeyInfoToPem(forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(privateKey))),
      pkcs12: (password) => {
        const chain = [certificate, this.#certificate]
        const store = forge.pkcs12.toPkcs12Asn1(privateKey, chain, password, { algorithm: 'aes256' })
        return Buffer.from(forge.asn1.toDer(store).getBytes(), 'binary')
      },
    }
  }
}

let serial = 1

function unsigned(name: string, publicKey: forge.pki.rsa.PublicKey, expired: boolean): forge.pki.Certificate {
  const certificate = forge.pki.createCertificate()
  certificate.serialNumber = String(serial++).padStart(2, '0')
  certificate.validity.notBefore = new Date(Date.now() - 2 * dayMs)
  certificate.validity.notAfter = new Date(Date.now() + (expired ? -dayMs : dayMs))
  certificate.setSubject([{ name: 'commonName', value: name }])
  certificate.publicKey = publicKey
  return certificate
}

/** Node makes keys a hundred times faster. */
function rsaKeys(): { privateKey: forge.pki.rsa.PrivateKey; publicKey: forge.pki.rsa.PublicKey } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  return {
    privateKey: forge.pki.privateKeyFromPem(privateKey) as forge.pki.rsa.PrivateKey,
    publicKey: forge.pki.publicKeyFromPem(publicKey) as forge.pki.rsa.PublicKey,
  }
}
