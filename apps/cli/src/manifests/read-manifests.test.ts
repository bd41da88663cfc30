import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readManifests } from './read-manifests.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-manifests-'))
  await writeFile(join(folder, 'b.json'), '{"name":"b","config":{}}')
  await writeFile(join(folder, 'a.properties'), 'topics=x\n')
  await writeFile(join(folder, 'notes.txt'), 'no connector')
  await writeFile(join(folder, '.hidden.json'), '{"name":"hidden"}')
  await mkdir(join(folder, 'more'))
  await writeFile(join(folder, 'more', 'c.yml'), 'name: c\n')
  // As Kubernetes mounts files.
  await mkdir(join(folder, '..data'))
  await writeFile(join(folder, '..data', 'd.yaml'), 'name: d\n')
  await symlink(join('..data', 'd.yaml'), join(folder, 'd.yaml'))
})
afterAll(() => rm(folder, { recursive: true }))

const terminal = { readStdin: async () => 'name=from-stdin\n' }
const names = async (...paths: string[]) => (await readManifests(paths, terminal)).map(({ name }) => name)

test('a folder is read in the order of its files, mounted ones too, hidden ones and others left out', async () => {
  expect(await names(folder)).toEqual(['a', 'b', 'd'])
})

test('folders within are read only when that is asked for', async () => {
  const all = await readManifests([folder], terminal, { recursive: true })
  expect(all.map(({ name }) => name)).toEqual(['a', 'b', 'd', 'c'])
})

test('stdin and files go together', async () => {
  expect(await names('-', join(folder, 'b.json'))).toEqual(['from-stdin', 'b'])
})

test('a connector that is declared twice is refused with both places', async () => {
  await expect(names(join(folder, 'b.json'), folder)).rejects.toThrow(/connector b is declared twice: in .*b\.json/)
})

test('a file that is not there is named', async () => {
  await expect(names(join(folder, 'none.json'))).rejects.toThrow('there is no such file or folder')
})
