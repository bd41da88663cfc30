/** One pod from its start to its end: volumes, init containers, containers, readiness, termination. */
import { appendFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type ContainerMount, containerLog, startContainer } from '../harness/container.ts'
import type { GuardedProcess, ProcessExit } from '../stack/guarded-process.ts'
import type { Container, Pod } from './kube-objects.ts'
import { containerEnvironment, type EnvironmentSources, expanded } from './pod-environment.ts'
import { watchReadiness } from './pod-probe.ts'
import { containerMounts, writeVolumes } from './pod-volumes.ts'

/** What stands for an image: a folder, where it is in the containers, and what the Dockerfile says of starting. */
export interface Image {
  readonly folder: string
  readonly at: string
  readonly entrypoint: readonly string[]
  readonly workdir?: string
}

export interface PodRunOptions {
  readonly pod: Pod
  readonly ip: string
  /** For volumes, root file systems and logs. */
  readonly folder: string
  readonly image: (name: string) => Image
  readonly sources: EnvironmentSources
  /** The same in all containers: what cluster DNS knows. */
  readonly hosts: string
  /** Told of everything a kubelet writes to the status. */
  readonly onStatus: (status: PodStatus) => Promise<void>
}

export interface PodStatus {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
  readonly ready: boolean
}

const RESTART_MS = 1_000

export class PodRun {
  readonly done: Promise<void>
  readonly #options: PodRunOptions
  readonly #stopping = new AbortController()
  readonly #processes = new Map<string, GuardedProcess>()

  constructor(options: PodRunOptions) {
    this.#options = options
    this.done = this.#run().catch((error: unknown) => this.#fail(error))
  }

  /** SIGTERM, and SIGKILL after the time that the pod has. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    const { spec, metadata } = this.#options.pod
    const seconds = metadata.deletionGracePeriodSeconds ?? spec.terminationGracePeriodSeconds
    await Promise.all([...this.#processes.values()].map((running) => running.stop(seconds * 1_000)))
    await this.done
  }

  async #run(): Promise<void> {
    const { pod, folder, sources, onStatus } = this.#options
    await mkdir(folder, { recursive: true })
    const volumes = await writeVolumes(pod, join(folder, 'volumes'), sources)
    for (const container of pod.spec.initContainers ?? []) {
      const { code } = await this.#toItsEnd(container, volumes)
      if (this.#stopping.signal.aborted) return
      if (code !== 0) throw new Error(`the init container ${container.name} ended with ${code}`)
    }
    const { containers, restartPolicy } = pod.spec
    await onStatus({ phase: 'Running', ready: false })
    if (restartPolicy === 'Always') {
      await Promise.all(containers.map((container) => this.#keepRunning(container, volumes)))
      return
    }
    const exits = await Promise.all(containers.map((container) => this.#toItsEnd(container, volumes)))
    const phase = exits.every(({ code }) => code === 0) ? 'Succeeded' : 'Failed'
    await onStatus({ phase, ready: false })
  }

  async #keepRunning(container: Container, volumes: ReadonlyMap<string, string>): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      const running = await this.#start(container, volumes)
      const ended = new AbortController()
      const either = AbortSignal.any([signal, ended.signal])
      const watching = watchReadiness(container, this.#options.ip, either, async (ready) => {
        await this.#options.onStatus({ phase: 'Running', ready })
      })
      await Promise.race([running.exited, watching])
      await running.exited
      ended.abort()
      await watching
      if (signal.aborted) return
      await this.#options.onStatus({ phase: 'Running', ready: false })
      await new Promise((resolve) => setTimeout(resolve, RESTART_MS))
    }
  }

  async #toItsEnd(container: Container, volumes: ReadonlyMap<string, string>): Promise<ProcessExit> {
    return await (await this.#start(container, volumes)).exited
  }

  async #start(container: Container, volumes: ReadonlyMap<string, string>): Promise<GuardedProcess> {
    const { pod, folder, ip, image, sources, hosts } = this.#options
    const { runAsUser: user = 1000, runAsGroup: group = user, fsGroup } = pod.spec.securityContext ?? {}
    const { folder: source, at: target, entrypoint, workdir = '/' } = image(container.image)
    const variables = await containerEnvironment(pod, container, sources)
    const arguments_ = [...(container.command ?? entrypoint), ...(container.args ?? [])]
    const fixed: ContainerMount[] = [
      { source, target },
      { source: hosts, target: '/etc/hosts' },
    ]
    const running = await startContainer({
      folder,
      name: container.name,
      command: arguments_.map((argument) => expanded(argument, variables)),
      // All pods share one network here: each listens on its own address only.
      env: { ...variables, NODE_ENV: 'production', ...addresses(container, ip) },
      mounts: [...fixed, ...containerMounts(container, volumes)],
      workdir,
      user,
      group,
      groups: [group, ...(fsGroup === undefined ? [] : [fsGroup])],
    })
    this.#processes.set(container.name, running)
    return running
  }

  async #fail(error: unknown): Promise<void> {
    const { folder, onStatus } = this.#options
    await appendFile(containerLog({ folder, name: 'pod' }), `${(error as Error).stack}\n`)
    if (!this.#stopping.signal.aborted) await onStatus({ phase: 'Failed', ready: false })
  }
}

function addresses({ ports = [], readinessProbe }: Container, ip: string): Record<string, string> {
  const [port] = ports
  if (port === undefined) return {}
  const scheme = readinessProbe?.httpGet?.scheme === 'HTTPS' ? 'https' : 'http'
  return { PENSTOCK_LISTENERS: `${scheme}://${ip}:${port.containerPort}` }
}
