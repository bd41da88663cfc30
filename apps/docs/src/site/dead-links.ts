import type { Page } from './page.ts'

/** Links of the pages that lead nowhere: to a file that is not there, or to a part that a page doesn't have. */
export function deadLinks(pages: readonly Page[]): string[] {
  const anchors = new Map(pages.map(({ source, sections }) => [source, new Set(sections.map(({ anchor }) => anchor))]))
  return pages.flatMap(({ source, links }) =>
    links.flatMap(({ href, target }) => {
      if (target.kind === 'dead') return [`${source}: the link ${href} is dead: ${target.why}`]
      if (target.kind !== 'page' || target.anchor === null) return []
      const known = anchors.get(target.source)?.has(target.anchor) ?? false
      return known ? [] : [`${source}: the link ${href} is dead: ${target.source} has no part #${target.anchor}`]
    }),
  )
}
