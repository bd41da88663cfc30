import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pluginKinds, wordsOf, writePlugin } from './write-plugin.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-init-'))
})
afterAll(() => rm(folder, { recursive: true }))

test.each(pluginKinds)('a %s is written with its test, and nothing is left of the sample’s name', async (kind) => {
  const target = join(folder, kind)
  const { plugin, files } = await writePlugin({ kind, name: '@acme/big-orders', folder: target, core: 'file:../core' })
  expect(plugin).toMatch(/^BigOrders(Sink|Source|Converter)?$/)
  const texts = await Promise.all(files.map((file) => readFile(join(target, file), 'utf8')))
  for (const sample of [
    'JsonLines',
    'jsonLines',
    'CounterSource',
    'counterSource',
    'Uppercase',
    'uppercase.ts',
    'KeyValueConverter',
    'key-value',
  ]) {
    expect(texts.join('\n')).not.toContain(sample)
  }
  expect(texts.join('\n')).toContain(`com.example.${plugin}`)
  expect((await readdir(join(target, 'src'))).filter((file) => file.endsWith('.test.ts'))).toHaveLength(1)
  const imported = [...texts.join('\n').matchAll(/from '\.\/(.*)'/g)].map(([, file]) => `src/${file}`)
  expect(imported.length).toBeGreaterThan(1)
  expect(files).toEqual(expect.arrayContaining(imported))
  const manifest = JSON.parse(await readFile(join(target, 'package.json'), 'utf8'))
  expect(manifest).toMatchObject({
    name: '@acme/big-orders',
    penstock: { plugins: '.' },
    dependencies: { '@penstock/core': 'file:../core' },
  })
})

test('the kind is part of the name once', () => {
  expect(wordsOf('orders', 'sink')).toEqual(['orders', 'sink'])
  expect(wordsOf('orders-sink', 'sink')).toEqual(['orders', 'sink'])
  expect(wordsOf('mask', 'transformation')).toEqual(['mask'])
})

test('nothing is overwritten', async () => {
  const target = join(folder, 'full')
  await writePlugin({ kind: 'sink', name: 'full', folder: target, core: null })
  await writeFile(join(target, 'mine.txt'), 'mine')
  await expect(writePlugin({ kind: 'sink', name: 'full', folder: target, core: null })).rejects.toThrow('is not empty')
})

test.each(['Orders', 'a b', '../x', ''])('"%s" is no name of a package', async (name) => {
  await expect(writePlugin({ kind: 'sink', name, folder: join(folder, 'x'), core: null })).rejects.toThrow(
    'is no name of a package',
  )
})
