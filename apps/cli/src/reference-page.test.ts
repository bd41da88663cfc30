import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { referencePage } from './reference-page.ts'

test('docs/cli-reference.md is what the program says (vitest reference-page -u writes it)', async () => {
  const path = fileURLToPath(new URL('../../../docs/cli-reference.md', import.meta.url))
  await expect(referencePage()).toMatchFileSnapshot(path)
})
