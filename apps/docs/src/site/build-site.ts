/** Puts the site together in memory. Read next: site-map.ts, page.ts, layout.ts. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { deadLinks } from './dead-links.ts'
import { highlight } from './highlighter.ts'
import { escapeHtml, framed, layout, type NavigationGroup } from './layout.ts'
import { filePath, Links, relativeHref } from './links.ts'
import { type Page, renderPage } from './page.ts'
import { searchIndex } from './search-index.ts'
import { siteMap } from './site-map.ts'

export interface Site {
  readonly pages: readonly Page[]
  /** By path in the site. */
  readonly files: ReadonlyMap<string, string>
  /** Links that lead nowhere, as sentences. */
  readonly problems: readonly string[]
}

export function buildSite(root: string): Site {
  const map = siteMap(root)
  const links = new Links(
    root,
    map.flatMap(({ pages }) => pages),
  )
  const sections = map.map(({ title, pages }) => ({
    title,
    pages: pages.map((source) => renderPage(root, source, readFileSync(join(root, source), 'utf8'), links)),
  }))
  const pages = sections.flatMap((section) => section.pages)
  const groups: readonly NavigationGroup[] = sections.filter((section) => section.pages.length > 0)
  const files = new Map<string, string>(pages.map((page) => [page.path, layout(framed(page), groups)]))
  for (const [path, html] of shownFiles(root, pages, groups)) files.set(path, html)
  for (const [path, text] of assets()) files.set(path, text)
  files.set('assets/search-index.js', searchIndex(pages))
  return { pages, files, problems: deadLinks(pages) }
}

/** Pages of the files and folders of the repository that pages refer to. */
function shownFiles(root: string, pages: readonly Page[], groups: readonly NavigationGroup[]): Map<string, string> {
  const files = new Map<string, string>()
  const frame = (source: string, path: string, html: string): void => {
    files.set(path, layout({ path, title: source, html, headings: [], source }, groups))
  }
  const show = (path: string, isFolder: boolean): void => {
    const shown = filePath(path, isFolder)
    if (files.has(shown)) return
    if (!isFolder) {
      const text = readFileSync(join(root, path), 'utf8')
      const code = highlight(text, languageOf(path)) ?? escapeHtml(text)
      frame(path, shown, `<h1>${path}</h1><div class="code"><pre tabindex="0"><code>${code}</code></pre></div>`)
      return
    }
    const entries = readdirSync(join(root, path))
      .filter((name) => !/^(node_modules|dist|\..*)$/.test(name))
      .map((name) => ({ name, isFolder: statSync(join(root, path, name)).isDirectory() }))
    const items = entries.map((entry) => {
      const target = relativeHref(shown, filePath(posix.join(path, entry.name), false))
      return entry.isFolder ? `<li>${entry.name}/</li>` : `<li><a href="${target}">${entry.name}</a></li>`
    })
    frame(path, shown, `<h1>${path}</h1><ul>${items.join('')}</ul>`)
    for (const entry of entries) if (!entry.isFolder) show(posix.join(path, entry.name), false)
  }
  for (const { links } of pages) {
    for (const { target } of links) if (target.kind === 'file') show(target.path, target.isFolder)
  }
  return files
}

function languageOf(path: string): string {
  const ending = path.slice(path.lastIndexOf('.') + 1)
  return { ts: 'typescript', mjs: 'typescript', sh: 'bash', ndjson: 'json' }[ending] ?? ending
}

/** What all pages share, with the search of the field in the form that browsers take. */
function assets(): [string, string][] {
  const own = ['site.css', 'site.js'].map((name): [string, string] => [
    `assets/${name}`,
    readFileSync(new URL(`../../assets/${name}`, import.meta.url), 'utf8'),
  ])
  const search = new URL('../umd/index.js', import.meta.resolve('minisearch'))
  const text = readFileSync(search, 'utf8').replace(/\n\/\/# sourceMappingURL=.*/, '')
  return [...own, ['assets/minisearch.js', text]]
}
