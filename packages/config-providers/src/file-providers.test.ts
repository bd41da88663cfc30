import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConfigProvider, codeOf, formatProperties, type RawConfig } from '@penstock/core'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { directoryConfigProvider, fileConfigProvider } from './index.ts'
import { created } from './testing/created.ts'

let root: string
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'penstock-secrets-')))
  await mkdir(join(root, 'allowed'))
  await mkdir(join(root, 'other'))
  await writeFile(join(root, 'allowed', 'es.properties'), 'user=elastic\npassword=s3cret\nempty=\n')
  await writeFile(join(root, 'other', 'es.properties'), 'password=not yours\n')
  await writeFile(join(root, 'allowed', 'token'), 'line one\nline two\n')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const file = (raw: RawConfig = {}): ConfigProvider => created(fileConfigProvider, raw)
const folder = (raw: RawConfig = {}): ConfigProvider => created(directoryConfigProvider, raw)
const onlyAllowed = (): RawConfig => ({ 'allowed.paths': join(root, 'allowed') })

describe('files', () => {
  test('give the entries that are asked for, all of them for null, and leave out what is missing', async () => {
    const path = join(root, 'allowed', 'es.properties')
    expect(await file().get(path, ['password', 'nothing', '__proto__'])).toEqual({ data: { password: 's3cret' } })
    expect(await file().get(path, null)).toEqual({ data: { user: 'elastic', password: 's3cret', empty: '' } })
    expect(await file().get('', ['password'])).toEqual({ data: {} })
  })

  test('that are missing or too large are refused with their path and a remedy', async () => {
    await expect(file().get(join(root, 'nothing'), ['a'])).rejects.toThrow(
      `${join(root, 'nothing')} can't be read: there is no such file or folder; check the path`,
    )
    await truncate(join(root, 'allowed', 'es.properties'), 2 ** 21)
    const rejected = file().get(join(root, 'allowed', 'es.properties'), ['a'])
    await expect(rejected).rejects.toThrow(/es\.properties has 2097152 bytes; .* at most 1048576/)
  })

  test('that are folders, devices or pipes hold nothing', async () => {
    execFileSync('mkfifo', [join(root, 'pipe')])
    for (const path of [root, '/dev/zero', join(root, 'pipe')]) {
      expect(await file().get(path, ['a'])).toEqual({ data: {} })
    }
  })

  test('with whatever entries are read as they were written', async () => {
    const path = join(root, 'any.properties')
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.string()), async (entries) => {
        await writeFile(path, formatProperties(entries))
        expect((await file().get(path, null)).data).toEqual({ ...entries })
      }),
      { numRuns: 50 },
    )
  })
})

describe('folders', () => {
  test('give the whole text of a file, its line ends too', async () => {
    expect(await folder().get(join(root, 'allowed'), ['token', 'nothing'])).toEqual({
      data: { token: 'line one\nline two\n' },
    })
    const all = await folder().get(join(root, 'allowed'), null)
    expect(Object.keys(all.data).sort()).toEqual(['es.properties', 'token'])
  })

  test('give nothing for keys that are paths, for subfolders, and where the path is a file', async () => {
    const path = join(root, 'allowed')
    await mkdir(join(path, 'sub'))
    const keys = ['../other/es.properties', './token', 'sub', '.', '..', join(path, 'token')]
    expect(await folder().get(path, keys)).toEqual({ data: {} })
    expect(await folder().get(join(path, 'token'), ['token'])).toEqual({ data: {} })
  })

  test('give the new secret after an exchange as Kubernetes does it, by a link', async () => {
    const mount = join(root, 'allowed', 'mount')
    await mkdir(join(mount, '..one'), { recursive: true })
    await mkdir(join(mount, '..two'))
    await writeFile(join(mount, '..one', 'password'), 'old')
    await writeFile(join(mount, '..two', 'password'), 'new')
    await symlink('..one', join(mount, '..data'))
    await symlink(join('..data', 'password'), join(mount, 'password'))
    const provider = folder({ 'allowed.paths': mount })
    expect((await provider.get(mount, ['password'])).data).toEqual({ password: 'old' })
    await symlink('..two', join(mount, '..tmp'))
    await rename(join(mount, '..tmp'), join(mount, '..data'))
    expect((await provider.get(mount, ['password'])).data).toEqual({ password: 'new' })
  })
})

describe('allowed.paths', () => {
  test('keeps everything else unread, whether it exists or not', async () => {
    for (const path of [
      join(root, 'other', 'es.properties'),
      join(root, 'allowed', '..', 'other', 'es.properties'),
      join(root, 'nothing'),
      `${join(root, 'allowed')}-too`,
    ]) {
      expect(await file(onlyAllowed()).get(path, ['password'])).toEqual({ data: {} })
    }
    expect(await folder(onlyAllowed()).get(join(root, 'other'), ['es.properties'])).toEqual({ data: {} })
    expect(await folder(onlyAllowed()).get(root, ['es.properties'])).toEqual({ data: {} })
  })

  test('admits what is below, and a file that is named itself', async () => {
    const path = join(root, 'allowed', 'es.properties')
    for (const allowed of [join(root, 'allowed'), `${join(root, 'allowed')}/`, path, `/nowhere,${path}`, '/']) {
      expect((await file({ 'allowed.paths': allowed }).get(path, ['password'])).data).toEqual({ password: 's3cret' })
    }
    await expect(file(onlyAllowed()).get(join(root, 'allowed', 'nothing'), ['a'])).rejects.toThrow(/can't be read/)
  })

  test('is not left by symbolic links', async () => {
    await symlink(join(root, 'other', 'es.properties'), join(root, 'allowed', 'link'))
    await symlink(join(root, 'other'), join(root, 'allowed', 'folder'))
    expect(await file(onlyAllowed()).get(join(root, 'allowed', 'link'), ['password'])).toEqual({ data: {} })
    expect(await file(onlyAllowed()).get(join(root, 'allowed', 'folder', 'es.properties'), null)).toEqual({ data: {} })
    expect(await folder(onlyAllowed()).get(join(root, 'allowed'), ['link'])).toEqual({ data: {} })
    expect(await folder(onlyAllowed()).get(join(root, 'allowed', 'folder'), null)).toEqual({ data: {} })
    expect(await folder().get(join(root, 'allowed'), ['link'])).toEqual({ data: { link: 'password=not yours\n' } })
  })

  test('must be absolute', () => {
    expect(() => file({ 'allowed.paths': 'secrets' })).toThrow('Path secrets is not absolute')
  })
})

test('values hold for ttl.ms where it is set', async () => {
  const path = join(root, 'allowed')
  expect(await file({ 'ttl.ms': '5000' }).get(join(path, 'es.properties'), ['user'])).toEqual({
    data: { user: 'elastic' },
    ttlMs: 5000,
  })
  expect((await folder({ 'ttl.ms': '700' }).get(path, ['token'])).ttlMs).toBe(700)
  expect(() => file({ 'ttl.ms': '5' })).toThrow(/ttl\.ms.*at least 100/)
})

test('errors carry a code of their own', async () => {
  const error = await file()
    .get(join(root, 'nothing'), ['a'])
    .catch((thrown: unknown) => thrown)
  expect(codeOf(error)).toBe('config_provider.unreadable')
})
