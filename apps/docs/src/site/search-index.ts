import MiniSearch from 'minisearch'
import type { Page } from './page.ts'

/** How texts are taken apart, in the builder and in the browser (assets/site.js says the same). */
export const searchOptions = {
  fields: ['title', 'heading', 'body'],
  storeFields: ['title', 'heading', 'href'],
  // Keys and codes are found whole and by their parts: `errors.tolerance`, `tolerance`.
  tokenize: (text: string): string[] => {
    const words = text.split(/[^\p{L}\p{N}._$-]+/u).map((word) => word.replace(/^[._-]+|[._-]+$/g, ''))
    return words.flatMap((word) => (/[._$-]/.test(word) ? [word, ...word.split(/[._$-]+/)] : [word])).filter(Boolean)
  },
}

/** Longer texts are tables of reference: their beginning and the names in them say enough. */
const MOST_TEXT = 6_000

/** The index of all parts of all pages, as a script that a page can load from a folder. */
export function searchIndex(pages: readonly Page[]): string {
  const index = new MiniSearch(searchOptions)
  let id = 0
  for (const { path, title, sections } of pages) {
    for (const { level, text, anchor, body } of sections) {
      const href = level === 1 ? path : `${path}#${anchor}`
      index.add({ id: id++, title, heading: level === 1 ? '' : text, body: body.slice(0, MOST_TEXT), href })
    }
  }
  return `window.penstockSearchIndex = ${JSON.stringify(JSON.stringify(index))}\n`
}
