import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fakeConnect } from '../testing/fake-connect.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-editor-'))
})
afterAll(() => rm(folder, { recursive: true }))

const config = { name: 'orders', 'connector.class': 'Sink', 'connection.password': 'hush', topics: 'a' }
const validate = 'PUT /connector-plugins/Sink/config/validate'
const put = 'PUT /connectors/orders/config'
const answers = { 'GET /connectors/orders/config': { body: config }, [put]: { body: {} } }
const good = { body: { configs: [] } }
const bad = { body: { configs: [{ definition: null, value: { name: 'topics', errors: ['no such topic'] } }] } }

/** An editor that keeps what it was shown and does one thing after the other. */
async function editor(name: string, ...edits: string[]) {
  const seen = join(folder, name)
  const steps = edits.map((edit, index) => `${index}) ${edit} ;;`).join('\n')
  const script = `#!/bin/sh\nn=$(ls "${seen}"-* 2>/dev/null | wc -l)\ncp "$1" "${seen}-$n"\ncase $n in\n${steps}\nesac\n`
  const path = join(folder, `${name}.sh`)
  await writeFile(path, script)
  await chmod(path, 0o755)
  const shown = async (): Promise<string[]> => {
    const files = (await readdir(folder)).filter((file) => file.startsWith(`${name}-`)).sort()
    return Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  }
  return { environment: { EDITOR: path }, shown }
}

test('what is saved is put, and the secret that was hidden stays', async () => {
  await using worker = await fakeConnect({ ...answers, [validate]: good })
  const { environment, shown } = await editor('once', `sed -i 's/topics: a/topics: b/' "$1"`)
  expect(await worker.penstock(['edit', 'orders'], { environment })).toMatchObject({ code: 0 })
  expect((await shown())[0]).not.toContain('hush')
  expect(worker.seen.at(-1)).toMatchObject({ request: put, body: { ...config, topics: 'b' } })
})

test('a config with problems is shown again with them until it is right', async () => {
  await using worker = await fakeConnect({ ...answers, [validate]: [bad, good] })
  const edits = [`sed -i 's/topics: a/topics: b/' "$1"`, `sed -i 's/topics: b/topics: c/' "$1"`]
  const { environment, shown } = await editor('twice', ...edits)
  expect(await worker.penstock(['edit', 'orders'], { environment })).toMatchObject({ code: 0 })
  expect((await shown())[1]).toContain('#   topics: no such topic')
  expect(worker.seen.filter(({ request }) => request === put)).toMatchObject([{ body: { topics: 'c' } }])
})

test.each([
  ['nothing', 'true', 0],
  ['an empty file', ': > "$1"', 0],
  ['a name that is another', `sed -i 's/name: orders/name: other/' "$1"`, 7],
  ['an editor that fails', 'exit 3', 2],
])('%s changes nothing', async (_what, edit, code) => {
  await using worker = await fakeConnect({ ...answers, [validate]: good })
  const { environment } = await editor(`nothing-${code}-${edit.length}`, edit, 'true')
  expect(await worker.penstock(['edit', 'orders'], { environment })).toMatchObject({ code })
  expect(worker.seen.some(({ request }) => request === put)).toBe(false)
})
