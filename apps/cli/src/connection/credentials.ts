/** Makes the `Authorization` of a context. */
import { exec } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { messageOf } from '@penstock/core'
import type { Context } from '../contexts/context.ts'
import { usageError } from '../failure.ts'

const commandTimeoutMs = 30_000

/** Undefined where the context has no credentials. Rejects with what keeps them from being had, without them. */
export async function authorizationOf(context: Context): Promise<string | undefined> {
  const token = await secretOf(context, 'token')
  if (token !== undefined) return `Bearer ${token}`
  if (context.username === undefined) return undefined
  const password = await secretOf(context, 'password')
  if (password === undefined) {
    throw usageError('the context has a user but no password: set password-file, password-command or password')
  }
  return `Basic ${Buffer.from(`${context.username}:${password}`).toString('base64')}`
}

async function secretOf(context: Context, kind: 'token' | 'password'): Promise<string | undefined> {
  const { [kind]: written, [`${kind}-file` as const]: file, [`${kind}-command` as const]: command } = context
  if (written !== undefined) return written
  if (file !== undefined) return (await readSecret(file, `${kind}-file`)).trim()
  if (command === undefined) return undefined
  try {
    const { stdout } = await promisify(exec)(command, { timeout: commandTimeoutMs, encoding: 'utf8' })
    return stdout.trim()
  } catch (error) {
    // What it has printed stays untold: it may be half a secret.
    const { code, killed } = error as { code?: unknown; killed?: boolean }
    const why = killed === true ? `it took longer than ${commandTimeoutMs / 1000} s` : `it ended with ${String(code)}`
    throw usageError(`the context's ${kind}-command failed: ${why}; run it by hand to see why`)
  }
}

/** A file that a context names. */
export async function readSecret(path: string, key: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw usageError(`${key}: ${path} can't be read: ${messageOf(error)}`)
  }
}
