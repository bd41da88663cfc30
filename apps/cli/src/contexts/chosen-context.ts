/** Which cluster a command talks to. */
import { usageError } from '../failure.ts'
import { type Context, type ContextFile, contextTextKeys } from './context.ts'
import { urlProblem } from './worker-url.ts'

export interface Choice {
  /** `--url`, possibly several. */
  readonly urls: readonly string[]
  /** `--context`. */
  readonly context: string | undefined
  readonly environment: NodeJS.ProcessEnv
}

export interface ChosenContext {
  /** Null where no context is used. */
  readonly name: string | null
  readonly context: Context
}

const defaultUrl = 'http://localhost:8083'

/**
 * `--context`, or else `--url`, `PENSTOCK_URL`, `PENSTOCK_CONTEXT`, the current context, and at last the usual address.
 * URLs given beside the context's own replace them; without a context that is named, the credentials of none are sent.
 */
export function chooseContext({ urls, context, environment }: Choice, file: ContextFile): ChosenContext {
  const given = checkedUrls(
    urls.length > 0 ? urls : (environment.PENSTOCK_URL ?? '').split(',').map((url) => url.trim()),
  )
  const named = context ?? (given.length > 0 ? undefined : environment.PENSTOCK_CONTEXT || undefined)
  const name = named ?? (given.length > 0 ? null : file['current-context'])
  if (name === null)
    return { name, context: withEnvironment({ urls: given.length > 0 ? given : [defaultUrl] }, environment) }
  const found = Object.hasOwn(file.contexts, name) ? file.contexts[name] : undefined
  if (found === undefined) {
    const known = Object.keys(file.contexts)
    throw usageError(
      `there is no context "${name}"${known.length === 0 ? '' : `, known are ${known.join(', ')}`}: create it with "penstock config set-context ${name} --url URL"`,
    )
  }
  const reached = { ...found, urls: given.length > 0 ? given : checkedUrls(found.urls) }
  return { name, context: withEnvironment(reached, environment) }
}

function checkedUrls(urls: readonly string[]): string[] {
  const wanted = urls.filter((url) => url !== '')
  for (const url of wanted) {
    const problem = urlProblem(url)
    if (problem !== null) throw usageError(problem)
  }
  return wanted
}

/** `PENSTOCK_TOKEN_FILE` is `token-file`. One way to log in replaces all that the context has. */
function withEnvironment(context: Context, environment: NodeJS.ProcessEnv): Context {
  const given = contextTextKeys.flatMap((key) => {
    const value = environment[`PENSTOCK_${key.toUpperCase().replaceAll('-', '_')}`]
    return value ? [[key, value] as const] : []
  })
  const replaced = replacedLogin(given.map(([key]) => key))
  const kept = Object.entries(context).filter(([key]) => !replaced.includes(key))
  const insecure = environment.PENSTOCK_INSECURE
  return {
    ...Object.fromEntries([...kept, ...given]),
    urls: context.urls,
    ...(insecure === 'true' || insecure === '1' ? { insecure: true } : {}),
  }
}

/** The keys of a context that must not count beside those that are given. */
function replacedLogin(given: readonly string[]): readonly string[] {
  const has = (word: string): boolean => given.some((key) => key.startsWith(word))
  const replaced = (word: string): readonly string[] => contextTextKeys.filter((key) => key.startsWith(word))
  if (has('token')) return [...replaced('token'), ...replaced('password'), 'username']
  // A user alone has the password of the context's, a password alone is for the context's user.
  return [
    ...(has('username') || has('password') ? replaced('token') : []),
    ...(has('password') ? replaced('password') : []),
  ]
}
