/**
 * What Java's key and trust stores hold, for TLS outside Java: PEM and PKCS12. JKS, Java's own format, can't be read.
 * Reading the files is the caller's part.
 */
import { createRequire } from 'node:module'
import { createSecureContext } from 'node:tls'
import { messageOf } from '@penstock/core'
import type * as Forge from 'node-forge'

/** A store and the configuration keys it comes from, for messages. */
export interface KeyStore {
  readonly key: string
  readonly path: string
  readonly bytes: Buffer
  readonly passwordKey: string
  readonly password: string
}

/** By content, as Java also reads PKCS12 where the type says JKS. */
export function storeFormat(bytes: Buffer): 'PEM' | 'PKCS12' | 'other' {
  if (bytes.includes('-----BEGIN ')) return 'PEM'
  return bytes[0] === 0x30 ? 'PKCS12' : 'other' // a DER sequence
}

/** The certificates of a truststore as PEM, or why they can't be had. */
export function trustedCertificates(store: KeyStore): { readonly pem: string } | { readonly problem: string } {
  switch (storeFormat(store.bytes)) {
    case 'PEM':
      return { pem: store.bytes.toString('latin1') }
    case 'PKCS12':
      try {
        return { pem: certificatesOf(store.bytes, store.password) }
      } catch (error) {
        return {
          problem: `${invalid(store)}: the PKCS12 file can't be opened: ${messageOf(error)} Check ${store.passwordKey}`,
        }
      }
    case 'other':
      return { problem: conversion(store, 'truststore') }
  }
}

/** Why a keystore can't be used for the client's own key and certificates, if so; `prefix` is that of its keys, `ssl.`. */
export function keystoreProblem(store: KeyStore, prefix: string): string | undefined {
  switch (storeFormat(store.bytes)) {
    case 'PEM': {
      const missing = ['PRIVATE KEY', 'CERTIFICATE'].find((block) => !store.bytes.includes(`${block}-----`))
      if (missing === undefined) return undefined
      return `${invalid(store)}: the PEM file has no ${missing} block. Put the private key and the certificate chain in one file, or give them by ${prefix}keystore.key and ${prefix}keystore.certificate.chain`
    }
    case 'PKCS12':
      try {
        createSecureContext({ pfx: store.bytes, passphrase: store.password })
        return undefined
      } catch (error) {
        return `${invalid(store)}: the PKCS12 file can't be opened: ${messageOf(error)}. Check ${store.passwordKey}`
      }
    case 'other':
      return conversion(store, 'keystore')
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

/** Whether a cipher suite, by its name in Java, is one of TLS 1.3: those have the same name everywhere. */
export function isTls13Suite(name: string): boolean {
  return /^TLS_(AES|CHACHA20)_/.test(name)
}

/** The name that OpenSSL has for a cipher suite of Java's; its own names stay as they are. */
export function openSslSuite(name: string): string {
  if (isTls13Suite(name)) return name
  return name
    .replace(/^TLS_/, '')
    .replace('_WITH_', '-')
    .replace(/AES_(128|256)/, 'AES$1')
    .replace(/(CHACHA20_POLY1305)_SHA256$/, '$1')
    .replaceAll('_', '-')
}

function invalid({ path, key }: KeyStore): string {
  return `Invalid value ${path} for configuration ${key}`
}

function conversion(store: KeyStore, kind: 'truststore' | 'keystore'): string {
  return `${invalid(store)}: expected a PEM or PKCS12 file, Java's own JKS format can't be read. Convert it with "keytool -importkeystore -srckeystore ${store.path} -destkeystore ${kind}.p12 -deststoretype PKCS12" and set ${store.key}=${kind}.p12`
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
