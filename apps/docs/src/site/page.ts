/** One page: Markdown in, HTML out, with what the rest of the site needs to know of it. */
import GithubSlugger from 'github-slugger'
import MarkdownIt from 'markdown-it'
import { highlight } from './highlighter.ts'
import { type Links, type LinkTarget, siteHref } from './links.ts'
import { readPicture } from './pictures.ts'
import { sitePath } from './site-map.ts'

export interface Heading {
  readonly level: number
  readonly text: string
  readonly anchor: string
}

/** What stands under one heading, as text, for the search. */
export interface PageSection extends Heading {
  readonly body: string
}

export interface PageLink {
  /** As it is written. */
  readonly href: string
  readonly target: LinkTarget
}

export interface Page {
  readonly source: string
  readonly path: string
  readonly title: string
  readonly html: string
  readonly sections: readonly PageSection[]
  readonly links: readonly PageLink[]
}

const markdown = new MarkdownIt({ html: true })
type Token = ReturnType<typeof markdown.parse>[number]

/** Renders the text of a source. `links` says where its links lead. */
export function renderPage(root: string, source: string, text: string, links: Links): Page {
  const path = sitePath(source)
  const tokens = markdown.parse(withoutComments(text), {})
  const found: PageLink[] = []
  const slugger = new GithubSlugger()
  const sections: PageSection[] = []
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') {
      const inline = tokens[index + 1]
      const heading = { level: Number(token.tag.slice(1)), text: textOf(inline), anchor: slugger.slug(textOf(inline)) }
      token.attrSet('id', heading.anchor)
      sections.push({ ...heading, body: '' })
    }
    for (const child of token.children ?? []) rewriteLink(child, { source, path, links, found })
    const last = sections.at(-1)
    const isText = (token.type === 'inline' && tokens[index - 1]?.type !== 'heading_open') || token.type === 'fence'
    if (last !== undefined && isText) {
      sections[sections.length - 1] = { ...last, body: `${last.body} ${textOf(token)}`.trim() }
    }
  }
  const html = renderer(root, source).render(tokens, markdown.options, {})
  return { source, path, title: sections[0]?.text ?? source, html, sections, links: found }
}

/** Comments say who writes a table and which scenario a command belongs to: nothing for readers. */
function withoutComments(text: string): string {
  return text.replace(/^<!--[\s\S]*?-->\n/gm, '')
}

function textOf(token: Token | undefined): string {
  if (token === undefined) return ''
  if (token.children === null || token.children.length === 0) return token.content
  return token.children
    .map((child) => (child.type === 'softbreak' || child.type === 'hardbreak' ? ' ' : textOf(child)))
    .join('')
    .replace(/<[^>]+>/g, '')
}

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? '')
}

interface Rewriting {
  readonly source: string
  readonly path: string
  readonly links: Links
  readonly found: PageLink[]
}

function rewriteLink(token: Token, { source, path, links, found }: Rewriting): void {
  if (token.type !== 'link_open') return
  const href = attribute(token, 'href')
  const target = links.target(source, href)
  found.push({ href, target })
  const rewritten = siteHref(path, target)
  if (rewritten !== null) token.attrSet('href', rewritten)
}

/** With pictures and code of this page's own. */
function renderer(root: string, source: string): typeof markdown.renderer {
  const { renderer: own } = new MarkdownIt({ html: true })
  own.rules.image = (tokens, index) => {
    const token = tokens[index]
    return token === undefined ? '' : readPicture(root, source, attribute(token, 'src'), textOf(token))
  }
  own.rules.fence = (tokens, index) => {
    const { content = '', info = '' } = tokens[index] ?? {}
    const [language = ''] = info.split(' ')
    const code = highlight(content, language) ?? markdown.utils.escapeHtml(content)
    return `<div class="code" data-language="${language}"><pre tabindex="0"><code>${code}</code></pre></div>\n`
  }
  own.rules.table_open = () => '<div class="table" tabindex="0"><table>\n'
  own.rules.table_close = () => '</table></div>\n'
  own.rules.heading_close = (tokens, index) => {
    const open = tokens[index - 2]
    const anchor = open?.attrGet('id') ?? ''
    return ` <a class="anchor" href="#${anchor}" aria-label="Link to this part">#</a></${tokens[index]?.tag}>\n`
  }
  return own
}
