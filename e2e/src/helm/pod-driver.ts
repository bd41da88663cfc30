/**
 * A kubelet of a kind, for all nodes: starts the processes of the pods that the scheduler has placed, as their specs say
 * (pod-run.ts), and reports to the API server what a kubelet reports. Names of pods and services are known to the
 * processes by a hosts file, in the place of the cluster's DNS.
 */
import { mkdir, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { KubeClient } from './kube-client.ts'
import { isReady, type Pod, type Service } from './kube-objects.ts'
import { type Image, PodRun, type PodStatus } from './pod-run.ts'

export interface PodDriverOptions {
  readonly client: KubeClient
  readonly namespace: string
  readonly folder: string
  readonly image: (name: string) => Image
}

/** The second part of the addresses, so that nothing else of this machine is met. */
const NETWORK = 77

export class PodDriver implements AsyncDisposable {
  readonly #options: PodDriverOptions
  readonly #stopping = new AbortController()
  readonly #runs = new Map<string, { readonly run: PodRun; readonly ip: string; ending?: Promise<void> }>()
  readonly #pods = new Map<string, Pod>()
  readonly #hosts: string
  readonly #ended: Promise<void>
  #nextAddress = 1
  /** Writes of the hosts file, one after the other. */
  #writing: Promise<void> = Promise.resolve()
  /** What went wrong while nobody waited for it. */
  readonly #failures: Error[] = []

  static async start(options: PodDriverOptions): Promise<PodDriver> {
    await mkdir(options.folder, { recursive: true })
    const hosts = join(options.folder, 'hosts')
    await writeFile(hosts, '127.0.0.1 localhost\n')
    return new PodDriver(options, hosts)
  }

  private constructor(options: PodDriverOptions, hosts: string) {
    this.#options = options
    this.#hosts = hosts
    this.#ended = options.client.watch<Pod>(`${this.#path}/pods`, this.#stopping.signal, ({ type, object }) => {
      if (type === 'BOOKMARK') return
      this.#see(type === 'DELETED' ? undefined : object, object.metadata.uid ?? '')
    })
  }

  get #path(): string {
    return `/api/v1/namespaces/${this.#options.namespace}`
  }

  /** Pods that were not deleted, by name. */
  get pods(): readonly Pod[] {
    return [...this.#pods.values()].sort((one, other) => one.metadata.name.localeCompare(other.metadata.name))
  }

  /** The address of a pod that runs. */
  address(name: string): string {
    const pod = this.pods.find(({ metadata }) => metadata.name === name)
    const found = this.#runs.get(pod?.metadata.uid ?? '')
    if (found === undefined) throw new Error(`the pod ${name} does not run`)
    return found.ip
  }

  /** Where the logs of a pod's containers are, also after its end: one folder for each life. */
  folderOf(pod: Pod): string {
    return join(this.#options.folder, `${pod.metadata.name}-${(pod.metadata.uid ?? '').slice(0, 8)}`)
  }

  #see(pod: Pod | undefined, uid: string): void {
    if (pod === undefined) {
      this.#pods.delete(uid)
      void this.#writeHosts()
      return
    }
    this.#pods.set(uid, pod)
    const known = this.#runs.get(uid)
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (known === undefined) void this.#remove(pod)
      else known.ending ??= this.#end(pod, known.run)
    } else if (known === undefined && pod.spec.nodeName !== undefined && !isOver(pod)) this.#begin(pod, uid)
    else void this.#writeHosts()
  }

  #begin(pod: Pod, uid: string): void {
    const ip = `127.${NETWORK}.0.${this.#nextAddress++}`
    const { client, image } = this.#options
    const run = new PodRun({
      pod,
      ip,
      folder: this.folderOf(pod),
      image,
      hosts: this.#hosts,
      sources: {
        configMap: (name) => client.get(`${this.#path}/configmaps/${name}`),
        secret: (name) => client.get(`${this.#path}/secrets/${name}`),
      },
      onStatus: async (status) => await this.#report(pod, ip, status),
    })
    this.#runs.set(uid, { run, ip })
    void this.#writeHosts()
  }

  async #end(pod: Pod, run: PodRun): Promise<void> {
    await run.stop()
    await this.#remove(pod)
  }

  /** Only after the kubelet's own delete a pod is gone. */
  async #remove({ metadata }: Pod): Promise<void> {
    const preconditions = { uid: metadata.uid }
    await this.#noted(
      this.#options.client.delete(`${this.#path}/pods/${metadata.name}`, { gracePeriodSeconds: 0, preconditions }),
    )
  }

  async #report({ metadata }: Pod, podIP: string, { phase, ready }: PodStatus): Promise<void> {
    const over = phase === 'Succeeded' || phase === 'Failed'
    const now = new Date().toISOString()
    const condition = (type: string, holds: boolean) => ({
      type,
      status: holds ? 'True' : 'False',
      lastTransitionTime: now,
    })
    const status = {
      phase,
      podIP,
      podIPs: [{ ip: podIP }],
      startTime: now,
      conditions: [
        condition('Initialized', true),
        condition('ContainersReady', ready),
        condition('Ready', ready),
        ...(over ? [] : [condition('PodReadyToStartContainers', true)]),
      ],
    }
    const path = `${this.#path}/pods/${metadata.name}/status`
    await this.#noted(this.#options.client.patch(path, { metadata: { uid: metadata.uid }, status }))
  }

  /** Pods by `NAME.SERVICE.NAMESPACE.svc`, services by the addresses of their ready pods. */
  #writeHosts(): Promise<void> {
    this.#writing = this.#writing.then(async () => {
      const { client, namespace } = this.#options
      const services = await client.list<Service>(`${this.#path}/services`)
      const lines = services.flatMap(({ metadata, spec }) =>
        this.pods.flatMap((pod) => {
          const ip = this.#runs.get(pod.metadata.uid ?? '')?.ip
          const chosen = spec.selector !== undefined && matches(pod, spec.selector)
          if (ip === undefined || !chosen || isOver(pod)) return []
          const service = `${metadata.name}.${namespace}.svc`
          const reachable = isReady(pod) || spec.publishNotReadyAddresses === true
          return reachable ? [`${ip} ${pod.metadata.name}.${service} ${service} ${metadata.name}`] : []
        }),
      )
      await overwrite(this.#hosts, ['127.0.0.1 localhost', ...lines, ''].join('\n'))
    })
    return this.#noted(this.#writing)
  }

  async #noted(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      // Gone is gone; the rest is told at the end.
      if ((error as { status?: number }).status !== 404) this.#failures.push(error as Error)
    }
  }

  /** Kills what still runs; rejects where something went wrong that nobody has seen. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    await Promise.all([...this.#runs.values()].map(({ run }) => run.stop()))
    await this.#ended
    await this.#writing.catch(() => {})
    if (this.#failures.length > 0) throw new AggregateError(this.#failures, 'the pod driver met errors')
  }
}

/** Keeps the file, which is mounted in pods, and is at no moment empty. */
async function overwrite(path: string, text: string): Promise<void> {
  await using file = await open(path, 'r+')
  await file.write(text, 0)
  await file.truncate(Buffer.byteLength(text))
}

function isOver({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed'
}

function matches({ metadata }: Pod, selector: Readonly<Record<string, string>>): boolean {
  return Object.entries(selector).every(([label, value]) => metadata.labels?.[label] === value)
}
