/** The frame around every page. It asks nothing of other hosts and works from a folder, without a server. */
import { relativeHref } from './links.ts'
import type { Heading, Page } from './page.ts'

export interface NavigationGroup {
  readonly title: string
  readonly pages: readonly { readonly title: string; readonly path: string }[]
}

export interface Framed {
  readonly path: string
  readonly title: string
  readonly html: string
  readonly headings: readonly Heading[]
  /** The file of the repository that the page is made of. */
  readonly source: string
}

export function framed(page: Page): Framed {
  const headings = page.sections.filter(({ level }) => level === 2 || level === 3)
  return { path: page.path, title: page.title, html: page.html, headings, source: page.source }
}

export function layout({ path, title, html, headings, source }: Framed, groups: readonly NavigationGroup[]): string {
  const to = (target: string): string => relativeHref(path, target)
  const order = groups.flatMap(({ pages }) => pages)
  const place = order.findIndex((entry) => entry.path === path)
  const neighbour = (index: number, rel: string, label: string): string => {
    const entry = place < 0 ? undefined : order[index]
    return entry === undefined
      ? '<span></span>'
      : `<a rel="${rel}" href="${to(entry.path)}"><small>${label}</small> ${escapeHtml(entry.title)}</a>`
  }
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'self' file:; style-src 'self' file: 'unsafe-inline'">
<title>${escapeHtml(title)} · Penstock</title>
<link rel="stylesheet" href="${to('assets/site.css')}">
<script src="${to('assets/site.js')}" data-base="${to('index.html').replace(/index\.html$/, '')}" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
<header>
<button type="button" id="menu" aria-expanded="false" aria-controls="navigation">Pages</button>
<a class="brand" href="${to('index.html')}">Penstock</a>
<form id="search" role="search"><input type="search" aria-label="Search" placeholder="Search  /" autocomplete="off"
 role="combobox" aria-expanded="false" aria-controls="found"><ul id="found" class="found" role="listbox" hidden></ul></form>
<button type="button" id="theme" aria-label="Light or dark">◐</button>
</header>
<div class="columns">
<nav id="navigation" class="pages" aria-label="Pages">
${groups.map((group) => navigation(group, path, to)).join('\n')}
</nav>
<main id="content">
${html}
<footer>
<nav class="neighbours" aria-label="Neighbouring pages">${neighbour(place - 1, 'prev', 'Before')}${neighbour(place + 1, 'next', 'Next')}</nav>
<p>Made from <code>${escapeHtml(source)}</code></p>
</footer>
</main>
<aside class="contents" aria-label="On this page">${contents(headings)}</aside>
</div>
</body>
</html>
`
}

function navigation({ title, pages }: NavigationGroup, path: string, to: (target: string) => string): string {
  const items = pages.map((page) => {
    const here = page.path === path ? ' aria-current="page"' : ''
    return `<li><a href="${to(page.path)}"${here}>${escapeHtml(page.title)}</a></li>`
  })
  const open = pages.some((page) => page.path === path) ? ' open' : ''
  return `<details${open}><summary>${escapeHtml(title)}</summary><ul>${items.join('')}</ul></details>`
}

/** More than this is no help any more: the parts of the second level then do. */
const MOST_HEADINGS = 40

function contents(headings: readonly Heading[]): string {
  if (headings.length < 2) return ''
  const shown = headings.length > MOST_HEADINGS ? headings.filter(({ level }) => level === 2) : headings
  const items = shown.map(
    ({ level, text, anchor }) => `<li class="level-${level}"><a href="#${anchor}">${escapeHtml(text)}</a></li>`,
  )
  return `<p>On this page</p><ul>${items.join('')}</ul>`
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
