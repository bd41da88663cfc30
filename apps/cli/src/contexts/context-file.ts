/** The file of contexts: `$PENSTOCK_CONFIG`, or `penstock/config.yaml` in the folder for configuration. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { codeOf, messageOf } from '@penstock/core'
import { parse, stringify } from 'yaml'
import { usageError } from '../failure.ts'
import { type Context, type ContextFile, contextTextKeys } from './context.ts'
import { isHttpUrl } from './worker-url.ts'

export function contextFilePath(environment: NodeJS.ProcessEnv): string {
  if (environment.PENSTOCK_CONFIG) return environment.PENSTOCK_CONFIG
  return join(environment.XDG_CONFIG_HOME || join(homedir(), '.config'), 'penstock', 'config.yaml')
}

/** An empty one where there is no file; rejects with a usage error where the file can't be used. */
export async function readContextFile(path: string): Promise<ContextFile> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { 'current-context': null, contexts: {} }
    throw usageError(`the contexts in ${path} can't be read: ${messageOf(error)}`)
  }
  let content: unknown
  try {
    content = parse(text)
  } catch {
    // The parser's text quotes the line, and with it perhaps a password.
    throw usageError(`the contexts in ${path} can't be read: it is no YAML`)
  }
  return checked(content ?? {}, path)
}

/** Replaces the file in one step; only its owner may read it. */
export async function writeContextFile(path: string, file: ContextFile): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${randomUUID()}`
  try {
    await writeFile(temporary, stringify(file), { mode: 0o600, flag: 'wx' })
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw usageError(`the contexts can't be written to ${path}: ${messageOf(error)}`)
  }
}

/** True where others than the owner may read the file. */
export async function isReadableByOthers(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null)
  return found !== null && (found.mode & 0o077) !== 0
}

function checked(content: unknown, path: string): ContextFile {
  const wrong = (what: string) => usageError(`the contexts in ${path} can't be used: ${what}`)
  const {
    contexts = {},
    'current-context': current = null,
    ...rest
  } = asObject(content) ?? failed(wrong('expected a map'))
  const [unknown] = Object.keys(rest)
  if (unknown !== undefined) throw wrong(`unknown key "${unknown}", known are current-context and contexts`)
  if (current !== null && typeof current !== 'string') throw wrong('current-context must be the name of a context')
  const entries = Object.entries(asObject(contexts) ?? failed(wrong('contexts must be a map from names to contexts')))
  return {
    'current-context': current,
    contexts: Object.fromEntries(
      entries.map(([name, context]) => {
        const problem = contextProblem(context)
        if (problem !== null) throw wrong(`context ${name}: ${problem}`)
        return [name, context as Context]
      }),
    ),
  }
}

/** What is wrong with a context, never with its values. */
function contextProblem(context: unknown): string | null {
  const fields = asObject(context)
  if (fields === null) return 'expected a map'
  const { urls, insecure = false, ...texts } = fields
  if (!Array.isArray(urls) || urls.length === 0 || !urls.every((url) => isHttpUrl(url))) {
    return 'urls must be a list of http:// or https:// URLs'
  }
  if (typeof insecure !== 'boolean') return 'insecure must be true or false'
  for (const [key, value] of Object.entries(texts)) {
    if (!contextTextKeys.includes(key as (typeof contextTextKeys)[number])) {
      return `unknown key "${key}", known are urls, insecure, ${contextTextKeys.join(', ')}`
    }
    if (typeof value !== 'string') return `${key} must be a text: put it in quotes`
  }
  return null
}

function asObject(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
}

function failed(error: Error): never {
  throw error
}
