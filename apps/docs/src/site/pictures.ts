import { readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/**
 * A picture as part of the page, so that it follows the page's colours. Pictures are SVG files beside the pages; each has
 * a `<title>`, and takes its colours from custom properties that it declares itself for viewers of the bare file.
 */
export function readPicture(root: string, source: string, src: string, alt: string): string {
  const path = posix.join(posix.dirname(source), src)
  if (!path.endsWith('.svg')) throw new Error(`${source}: ${src} is no SVG picture`)
  const svg = readFileSync(join(root, path), 'utf8').replace(/^<\?xml[^>]*>\s*/, '')
  return `<figure>${svg.trim()}<figcaption>${escaped(alt)}</figcaption></figure>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
