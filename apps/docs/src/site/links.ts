import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { sitePath } from './site-map.ts'

/** Where a link of a page leads. */
export type LinkTarget =
  | { readonly kind: 'elsewhere' }
  /** A page of the site, perhaps a place in it. */
  | { readonly kind: 'page'; readonly source: string; readonly anchor: string | null }
  /** A file or folder of the repository that is no page: it is shown as it is. */
  | { readonly kind: 'file'; readonly path: string; readonly isFolder: boolean }
  | { readonly kind: 'dead'; readonly why: string }

/** Finds out where links lead. They are written as they work in the repository. */
export class Links {
  readonly #root: string
  readonly #pages: ReadonlySet<string>

  constructor(root: string, pages: readonly string[]) {
    this.#root = root
    this.#pages = new Set(pages)
  }

  target(source: string, href: string): LinkTarget {
    if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return { kind: 'elsewhere' }
    const [path = '', anchor = null] = href.split('#', 2)
    if (path === '') return { kind: 'page', source, anchor }
    const found = posix.normalize(posix.join(posix.dirname(source), decodeURI(path))).replace(/\/$/, '')
    if (found.startsWith('..')) return { kind: 'dead', why: 'leads out of the repository' }
    if (this.#pages.has(found)) return { kind: 'page', source: found, anchor }
    const full = join(this.#root, found)
    if (!existsSync(full)) return { kind: 'dead', why: `there is no ${found}` }
    if (found.endsWith('.md')) return { kind: 'dead', why: `${found} is no page of the site: add it to site-map.ts` }
    const isFolder = statSync(full).isDirectory()
    const readme = posix.join(found, 'README.md')
    if (isFolder && this.#pages.has(readme)) return { kind: 'page', source: readme, anchor }
    return { kind: 'file', path: found, isFolder }
  }
}

/** Where a file or folder of the repository that is no page lies in the site. */
export function filePath(path: string, isFolder: boolean): string {
  return `files/${path}${isFolder ? '/index' : ''}.html`
}

/** The way from one place of the site to another. */
export function relativeHref(from: string, to: string): string {
  return posix.relative(posix.dirname(from), to)
}

/** The `href` that a link of the page at `from` gets in the site; null for one that stays as it is. */
export function siteHref(from: string, target: LinkTarget): string | null {
  switch (target.kind) {
    case 'elsewhere':
    case 'dead':
      return null
    case 'page': {
      const path = sitePath(target.source)
      const anchor = target.anchor === null ? '' : `#${target.anchor}`
      return path === from && anchor !== '' ? anchor : `${relativeHref(from, path)}${anchor}`
    }
    case 'file':
      return relativeHref(from, filePath(target.path, target.isFolder))
  }
}
