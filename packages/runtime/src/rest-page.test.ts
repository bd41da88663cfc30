import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { servedDocs } from './rest/served-routes.ts'
import { restPage } from './rest-page.ts'

const page = restPage()

test('docs/rest-reference.md is what the OpenAPI document says (vitest rest-page -u writes it)', async () => {
  await expect(page).toMatchFileSnapshot(fileURLToPath(new URL('../../../docs/rest-reference.md', import.meta.url)))
})

test('every route has a part of the page, with the role that it takes', () => {
  for (const { method, path } of servedDocs) {
    const part = page.split('\n### ').find((text) => text.startsWith(`${method.toUpperCase()} ${path}\n`))
    expect(part).toMatch(/Role `(read|operate|admin)`|For workers among themselves/)
  }
})

test('every shape that is referred to has a part of its own', () => {
  const referred = new Set([...page.matchAll(/\]\(#(\w+)\)/g)].map(([, anchor]) => anchor))
  const parts = new Set([...page.matchAll(/^### (\w+)$/gm)].map(([, name = '']) => name.toLowerCase()))
  expect([...referred].filter((anchor) => !parts.has(anchor as string))).toEqual([])
})
