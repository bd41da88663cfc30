import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const page = readFileSync(join(root, 'docs', 'write-a-plugin.md'), 'utf8')
const example = join(root, 'examples', 'webhook-sink')

function blocks(language: string): string[] {
  return [...page.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code)
}

test('the code of the tutorial is that of the package it makes', () => {
  const sources = globSync('src/*.ts', { cwd: example }).map((file) => readFileSync(join(example, file), 'utf8'))
  expect(blocks('ts').length).toBeGreaterThan(4)
  expect(blocks('ts').filter((code) => !sources.some((source) => source.includes(code)))).toEqual([])
})

test('what the tutorial shows of package.json is in it', () => {
  const manifest = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8')) as object
  for (const shown of blocks('json')) expect(manifest).toMatchObject(JSON.parse(shown) as object)
})
