/** Writes the site into docs/dist. Read next: site/build-site.ts. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildSite } from './site/build-site.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const out = join(root, 'docs', 'dist')

const { pages, files, problems } = buildSite(root)
for (const problem of problems) console.error(problem)
if (problems.length > 0) {
  console.error(`docs: ${problems.length} dead links; nothing was written`)
  process.exitCode = 1
} else {
  rmSync(out, { recursive: true, force: true })
  for (const [path, text] of files) {
    mkdirSync(dirname(join(out, path)), { recursive: true })
    writeFileSync(join(out, path), text)
  }
  console.log(`docs: ${pages.length} pages in docs/dist, start with docs/dist/index.html`)
}
