/** Which cluster a command talks to. */
import { usageError } from '../failure.ts'
import { type Context, type ContextFile, contextTextKeys } from './context.ts'
import { isHttpUrl } from './context-file.ts'

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

export const defaultUrl = 'http://localhost:8083'

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
    return { name, context: { urls: given.length > 0 ? given : [defaultUrl], ...fromEnvironment(environment) } }
  const found = Object.hasOwn(file.contexts, name) ? file.contexts[name] : undefined
  if (found === undefined) {
    const known = Object.keys(file.contexts)
    throw usageError(
      `there is no context "${name}"${known.length === 0 ? '' : `, known are ${known.join(', ')}`}: create it with "penstock config set-context ${name} --url URL"`,
    )
  }
  return { name, context: { ...found, ...(given.length > 0 ? { urls: given } : {}), ...fromEnvironment(environment) } }
}

function checkedUrls(urls: readonly string[]): string[] {
  const wanted = urls.filter((url) => url !== '')
  const wrong = wanted.find((url) => !isHttpUrl(url))
  if (wrong !== undefined) throw usageError(`"${wrong}" is no URL of a worker; expected for example ${defaultUrl}`)
  return wanted
}

/** `PENSTOCK_TOKEN_FILE` is `token-file`. One way to log in replaces all that the context has. */
function fromEnvironment(environment: NodeJS.ProcessEnv): Partial<Context> {
  const entries = contextTextKeys.flatMap((key) => {
    const value = environment[`PENSTOCK_${key.toUpperCase().replaceAll('-', '_')}`]
    return value ? [[key, value] as const] : []
  })
  const insecure = environment.PENSTOCK_INSECURE
  return { ...Object.fromEntries(entries), ...(insecure === 'true' || insecure === '1' ? { insecure: true } : {}) }
}
