import { hiddenSecret } from '@penstock/client'
import { withoutLogin } from './worker-url.ts'

/** How to reach one cluster, spelled as in the file of contexts. */
export interface Context {
  /** Of several workers of the cluster; any will do. */
  readonly urls: readonly string[]
  readonly username?: string
  readonly password?: string
  readonly 'password-file'?: string
  /** A program whose output is the password, given to the shell. */
  readonly 'password-command'?: string
  readonly token?: string
  readonly 'token-file'?: string
  readonly 'token-command'?: string
  readonly 'ca-file'?: string
  readonly 'cert-file'?: string
  readonly 'key-file'?: string
  readonly 'key-password'?: string
  /** Certificates of workers are not checked. */
  readonly insecure?: boolean
}

export interface ContextFile {
  readonly 'current-context': string | null
  readonly contexts: Readonly<Record<string, Context>>
}

/** The texts of a context that are written as they are. */
export const contextTextKeys = [
  'username',
  'password',
  'password-file',
  'password-command',
  'token',
  'token-file',
  'token-command',
  'ca-file',
  'cert-file',
  'key-file',
  'key-password',
] as const

const secretKeys: readonly string[] = ['password', 'token', 'key-password']

/** Without what only the worker may see. */
export function withoutSecrets(context: Context): Context {
  const entries = Object.entries(context).map(([key, value]) => [key, secretKeys.includes(key) ? hiddenSecret : value])
  const urls = context.urls.map(withoutLogin)
  return { ...Object.fromEntries(entries), urls } as Context
}

/** Each way to log in, where the context has one. */
export function authenticationOf(context: Context): string {
  if (context.token ?? context['token-file'] ?? context['token-command']) return 'bearer'
  if (context.username !== undefined) return 'basic'
  return context['cert-file'] === undefined ? 'none' : 'certificate'
}
