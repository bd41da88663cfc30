/** The programs that scripts/kube-tools.sh has fetched. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { containersAreMissing } from '../harness/container.ts'
import { toolsFolder } from '../stack/folders.ts'

const folder = join(toolsFolder, 'kube')
const program = (name: string): string => join(folder, 'bin', name)

export const kubeTools = {
  helm: program('helm'),
  /** kube-apiserver, kube-controller-manager and kube-scheduler, by the first argument. */
  kube: program('kube'),
  etcd: program('etcd'),
  /** Definitions of the objects of the Prometheus operator and of KEDA. */
  definitions: join(folder, 'crds'),
}

/** Why the chart can't be installed here; undefined where it can. */
export function kubeIsMissing(): string | undefined {
  const missing = Object.values(kubeTools).filter((path) => !existsSync(path))
  if (missing.length > 0) return `${missing.join(', ')} missing: run \`make test-helm\`, which fetches and builds them`
  return containersAreMissing()
}
