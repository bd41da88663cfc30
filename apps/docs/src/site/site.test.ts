import { globSync } from 'node:fs'
import { join } from 'node:path'
import MiniSearch from 'minisearch'
import { expect, test } from 'vitest'
import { buildSite } from './build-site.ts'
import { deadLinks } from './dead-links.ts'
import { Links } from './links.ts'
import { renderPage } from './page.ts'
import { searchOptions } from './search-index.ts'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const site = buildSite(root)

test('no link of a page leads nowhere', () => {
  expect(site.problems).toEqual([])
})

test('a link to a missing file, to a missing part and to a file that is no page are told', () => {
  const links = new Links(root, ['docs/metrics.md'])
  const text = '# A\n\n[a](gone.md) [b](#gone) [c](metrics.md#gone) [d](configuration.md) [e](../../etc/passwd)\n'
  const page = renderPage(root, 'docs/page.md', text, links)
  const metrics = renderPage(root, 'docs/metrics.md', '# Metrics\n', links)
  expect(deadLinks([page, metrics])).toEqual([
    'docs/page.md: the link gone.md is dead: there is no docs/gone.md',
    'docs/page.md: the link #gone is dead: docs/page.md has no part #gone',
    'docs/page.md: the link metrics.md#gone is dead: docs/metrics.md has no part #gone',
    'docs/page.md: the link configuration.md is dead: docs/configuration.md is no page of the site: add it to site-map.ts',
    'docs/page.md: the link ../../etc/passwd is dead: leads out of the repository',
  ])
})

test('every page of the repository is a page of the site', () => {
  const ignored = /node_modules|^docs\/dist|^\./
  const pages = globSync(['*.md', '{apps,packages,examples,helm,deploy,docs}/**/*.md'], { cwd: root })
  const sources = site.pages.map(({ source }) => source)
  expect(pages.filter((page) => !ignored.test(page) && !sources.includes(page))).toEqual([])
})

test('links and files of the built pages stay inside the site, and ask nothing of other hosts', () => {
  for (const [path, html] of site.files) {
    if (!path.endsWith('.html')) continue
    for (const [, name, value = ''] of html.matchAll(/<(?:link|script|img|iframe)\b[^>]*?\b(href|src)="([^"]*)"/g)) {
      expect([path, name, value, /^[a-z]+:/.test(value)]).toEqual([path, name, value, false])
    }
    for (const [, value = ''] of html.matchAll(/<a\b[^>]*?\bhref="([^"#]+)/g)) {
      if (/^[a-z]+:/.test(value)) continue
      const target = join('/', path, '..', value).slice(1)
      expect([path, value, site.files.has(target)]).toEqual([path, value, true])
    }
  }
})

test('the search finds keys, codes and topics where they are explained', () => {
  const script = site.files.get('assets/search-index.js') ?? ''
  const json = JSON.parse(script.slice(script.indexOf('=') + 1)) as string
  const index = MiniSearch.loadJSON(json, searchOptions)
  const find = (query: string): string[] =>
    index
      .search(query, { prefix: true, combineWith: 'AND', boost: { title: 4, heading: 3 } })
      .slice(0, 12)
      .map(({ href }) => String(href))
  expect(find('executor.died')).toContainEqual(expect.stringMatching(/^troubleshooting\.html/))
  expect(find('rebalance')).toContainEqual(expect.stringMatching(/^concepts\/rebalance\.html/))
  expect(find('InsertField')).toContainEqual(expect.stringMatching(/^plugins\/transformations\/insert-field\.html/))
})

test('every page has one title, and pictures have names', () => {
  for (const { source, sections, html } of site.pages) {
    expect([source, sections.filter(({ level }) => level === 1).length]).toEqual([source, 1])
    for (const [, attributes] of html.matchAll(/<svg\b([^>]*)>/g)) expect(attributes).toContain('role="img"')
  }
})
