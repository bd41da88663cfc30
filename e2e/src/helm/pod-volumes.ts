/** A pod's volumes as folders of this machine. */
import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ContainerMount } from '../harness/container.ts'
import type { Container, Pod, Volume } from './kube-objects.ts'
import { decoded, type EnvironmentSources } from './pod-environment.ts'

const fileMode = 0o644

/** Writes the volumes below `folder`, readable for the pod's group; resolves with the folder of each by its name. */
export async function writeVolumes(
  { spec }: Pod,
  folder: string,
  sources: EnvironmentSources,
): Promise<ReadonlyMap<string, string>> {
  const group = spec.securityContext?.fsGroup ?? 0
  const written = await Promise.all(
    (spec.volumes ?? []).map(async (volume): Promise<[string, string]> => {
      const place = join(folder, volume.name)
      await mkdir(place, { recursive: true })
      await chown(place, 0, group)
      if (volume.emptyDir) await chmod(place, 0o2777)
      else await writeFiles(place, volume, group, sources)
      return [volume.name, place]
    }),
  )
  return new Map(written)
}

export function containerMounts(
  { volumeMounts = [] }: Container,
  volumes: ReadonlyMap<string, string>,
): ContainerMount[] {
  return volumeMounts.map(({ name, mountPath, readOnly = false }) => {
    const source = volumes.get(name)
    if (source === undefined) throw new Error(`there is no volume ${name} for ${mountPath}`)
    return { source, target: mountPath, writable: !readOnly }
  })
}

async function writeFiles(place: string, volume: Volume, group: number, sources: EnvironmentSources): Promise<void> {
  const { configMap, secret, name } = volume
  if (!configMap && !secret) throw new Error(`the kind of volume of ${name} is not known here`)
  const data = configMap
    ? (await sources.configMap(configMap.name)).data
    : decoded((await sources.secret(secret?.secretName ?? '')).data)
  const items = (configMap ?? secret)?.items ?? Object.keys(data ?? {}).map((key) => ({ key, path: key }))
  // As a kubelet does it: files are links into a folder that can be exchanged at once.
  await mkdir(join(place, '..1'))
  await symlink('..1', join(place, '..data'))
  for (const { key, path } of items) {
    const text = data?.[key]
    if (text === undefined) throw new Error(`the volume ${name} lacks the key ${key}`)
    if (path.includes('/')) throw new Error(`the volume ${name} has folders in it, which are not known here`)
    const file = join(place, '..1', path)
    await writeFile(file, text)
    await chown(file, 0, group)
    await chmod(file, secret ? (secret.defaultMode ?? fileMode) : fileMode)
    await symlink(join('..data', path), join(place, path))
  }
}
