/** The helm program on a cluster of ours. */
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { rootFolder } from '../stack/folders.ts'
import type { KubeCluster } from './kube-cluster.ts'
import { kubeTools } from './kube-tools.ts'

const run = promisify(execFile)

export const chart = join(rootFolder, 'helm', 'penstock')
export const fullValues = join(chart, 'ci', 'full-values.yaml')

export class Helm {
  readonly #cluster: KubeCluster
  #files = 0

  constructor(cluster: KubeCluster) {
    this.#cluster = cluster
  }

  /** Resolves with what it says; rejects with its errors. */
  async run(...args: readonly string[]): Promise<string> {
    const home = join(this.#cluster.folder, 'helm')
    const env = {
      ...process.env,
      KUBECONFIG: this.#cluster.kubeconfig,
      HELM_CACHE_HOME: home,
      HELM_CONFIG_HOME: home,
      HELM_DATA_HOME: home,
    }
    const { stdout } = await run(kubeTools.helm, args, { env, maxBuffer: 64 * 1024 * 1024 })
    return stdout
  }

  /** Writes values to a file; JSON is YAML. */
  async valuesFile(values: object): Promise<string> {
    const file = join(this.#cluster.folder, `values-${++this.#files}.json`)
    await writeFile(file, JSON.stringify(values))
    return file
  }
}
