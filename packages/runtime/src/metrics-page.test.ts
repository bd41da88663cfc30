import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { metricsPage } from './metrics-page.ts'

test('docs/metrics.md is what the declarations say (vitest metrics-page -u writes it)', async () => {
  await expect(metricsPage()).toMatchFileSnapshot(fileURLToPath(new URL('../../../docs/metrics.md', import.meta.url)))
})
