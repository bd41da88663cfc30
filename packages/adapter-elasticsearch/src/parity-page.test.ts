/** The tests and keys that docs/elasticsearch/parity.md names are there. */
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { config, retiredKeys } from './config/config.ts'
import { referenceKeys } from './testing/reference-keys.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const page = readFileSync(`${root}docs/elasticsearch/parity.md`, 'utf8')
const folders: Readonly<Record<string, string>> = { e2e: 'e2e/src', runtime: 'packages/runtime/src' }

/** `` `e2e/mappings` name of a test ``, as cells of the last column hold them. */
const named = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .flatMap((line) => line.slice(2, -2).split(' | ').at(-1)?.trim().split('<br>') ?? [])
  .flatMap((cell) => {
    const [, file, name] = /(?:^|_ )`([a-z2/-]+)` (.+)$/.exec(cell) ?? []
    return file === undefined || name === undefined || file in config.keys ? [] : [[file, name] as const]
  })

/** The text of the test files of that name, and of those split off from them: `sink-task`, `sink-task-faults`. */
function sourceOf(file: string): string {
  const [part = '', below] = file.split('/')
  const folder = below === undefined ? 'packages/adapter-elasticsearch/src' : folders[part]
  const paths = globSync(`${folder}/**/${below ?? part}{,-*}.test.ts`, { cwd: root })
  return paths.map((path) => readFileSync(`${root}${path}`, 'utf8')).join('\n')
}

test('the page names tests', () => {
  expect(named.length).toBeGreaterThan(120)
})

describe.each([...new Set(named.map(([file]) => file))])('%s', (file) => {
  test('has the tests of the page', () => {
    const source = sourceOf(file)
    const names = named.filter(([of]) => of === file).map(([, name]) => name)
    expect(names.filter((name) => !["'", '`', '"'].some((quote) => source.includes(quote + name + quote)))).toEqual([])
  })
})

test('every key that people know is on the page, and every key that the page names is there', () => {
  const known = [...referenceKeys.map(({ name }) => name), ...retiredKeys]
  expect(known.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  const framework = /^(topics|errors\.|elastic\.https\.ssl\.\*)/
  const spans = [...page.matchAll(/`([a-z]+(?:\.[a-z*]+)+)(?:=[a-z]+)?`/g)].map(([, name]) => name as string)
  expect(spans.filter((name) => !(name in config.keys) && !framework.test(name))).toEqual([])
})

test('links lead to headings that are there', () => {
  const anchors = [...page.matchAll(/^## (.+)$/gm)].map(([, text]) =>
    text?.toLowerCase().replaceAll(' ', '-').replaceAll(',', ''),
  )
  for (const [, anchor] of page.matchAll(/\]\(#([^)]+)\)/g)) expect(anchors).toContain(anchor)
})
