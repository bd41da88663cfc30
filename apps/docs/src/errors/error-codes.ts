/** Collects the stable codes of errors from the sources. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** `area.what`, or with a part that is known only when it runs: `rest.status_${status}`. */
const CODE = /['`]([a-z][a-z0-9_]*\.(?:[a-z][a-z0-9_]*|[a-z_]*\$\{[^}]+\}))['`]/

/** Where codes stand: first in what is thrown, last after a list of problems, or as the value of a `code`. */
const PLACES: readonly RegExp[] = [
  new RegExp(`(?:\\w*Error|super)\\(\\s*${CODE.source}`, 'g'),
  new RegExp(`(?:\\w*Error|super)\\(\\s*codeOf\\(\\w+\\) \\?\\? ${CODE.source}`, 'g'),
  new RegExp(`problems, ${CODE.source}\\)`, 'g'),
  new RegExp(`\\bcode = ${CODE.source}`, 'g'),
  new RegExp(`\\bcode \\?\\? ${CODE.source}`, 'g'),
  new RegExp(`\\bcode = \\w+ \\? ${CODE.source}`, 'g'),
  new RegExp(`\\bcode = \\w+ \\? '[^']+' : ${CODE.source}`, 'g'),
]

/** Errors whose class or caller knows the code. */
const KNOWN_BY_CLASS = /^(?:Stage|NotLeader|NotAssigned|Rest|Config)Error$/
/** First arguments that hand a code on. */
const HANDED_ON = /^(?:(?:\w+\.)*code\b|codeOf\(|wire\.code)/

export interface ErrorCodes {
  /** With `…` for the part that is known only when it runs. */
  readonly codes: readonly string[]
  /** Errors that are thrown in a way this collection doesn't know, as `file: text`. */
  readonly unread: readonly string[]
}

export function collectErrorCodes(root: string): ErrorCodes {
  const files = globSync('{packages,apps}/*/src/**/*.ts', { cwd: root })
    .filter((file) => !/\.test\.ts$|-suite\.ts$|\/(testing|fixtures)\/|^apps\/docs\/|^packages\/client\//.test(file))
    .sort()
  const codes = new Set<string>()
  const unread: string[] = []
  for (const file of files) {
    const text = readFileSync(join(root, file), 'utf8')
    for (const place of PLACES) {
      for (const [, code = ''] of text.matchAll(place)) codes.add(code.replace(/\$\{[^}]+\}/, '…'))
    }
    for (const [, name = '', argument = ''] of text.matchAll(/new (\w+Error)\(\s*([^\n]*)/g)) {
      const known = CODE.test(argument.slice(0, 60)) || KNOWN_BY_CLASS.test(name) || HANDED_ON.test(argument)
      if (!known && hasCode(name)) unread.push(`${file}: new ${name}(${argument}`)
    }
  }
  return { codes: [...codes].sort(), unread }
}

/** Errors that never reach users as they are have none. */
function hasCode(name: string): boolean {
  return !/^(?:Error|TypeError|RangeError|SyntaxError|InvalidArgumentError|Unreachable\w*|ShapeError|PatternError|UsageError)$/.test(
    name,
  )
}
