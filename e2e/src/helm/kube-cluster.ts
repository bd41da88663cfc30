/** Real Kubernetes servers: etcd, API server, controllers and scheduler; no kubelet, see pod-driver.ts. */

import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '../harness/until.ts'
import { toolsFolder } from '../stack/folders.ts'
import { GuardedProcess } from '../stack/guarded-process.ts'
import { freePorts } from '../stack/ports.ts'
import { KubeClient } from './kube-client.ts'
import { kubeTools } from './kube-tools.ts'

/** Those that a release needs; without the one that judges nodes by heartbeats, which nobody sends. */
const controllers = [
  ...['statefulset', 'job', 'disruption', 'serviceaccount', 'namespace', 'garbage-collector'],
  ...['root-ca-certificate-publisher', 'horizontal-pod-autoscaler'],
].map((name) => `${name}-controller`)

const STOP_MS = 10_000

export class KubeCluster implements AsyncDisposable {
  readonly folder: string
  readonly #processes: GuardedProcess[] = []
  readonly #token = randomBytes(16).toString('hex')
  #client: KubeClient | undefined

  static async start(): Promise<KubeCluster> {
    const parent = join(toolsFolder, 'e2e-logs')
    await mkdir(parent, { recursive: true })
    const cluster = new KubeCluster(await mkdtemp(join(parent, 'kube-')))
    try {
      await cluster.#start()
      return cluster
    } catch (error) {
      await cluster[Symbol.asyncDispose]()
      throw new Error(`Kubernetes did not start, see ${cluster.folder}`, { cause: error })
    }
  }

  private constructor(folder: string) {
    this.folder = folder
  }

  get client(): KubeClient {
    if (this.#client === undefined) throw new Error('the API server was not started')
    return this.#client
  }

  get kubeconfig(): string {
    return join(this.folder, 'kubeconfig')
  }

  async #start(): Promise<void> {
    const [etcdPort, peerPort, port, controllerPort, schedulerPort] = await freePorts(5)
    const etcd = `http://127.0.0.1:${etcdPort}`
    const peer = `http://127.0.0.1:${peerPort}`
    await this.#run('etcd', kubeTools.etcd, [
      ...['--data-dir', join(this.folder, 'etcd'), '--unsafe-no-fsync'],
      ...['--listen-client-urls', etcd, '--advertise-client-urls', etcd],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
    ])
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const accountKey = join(this.folder, 'accounts.key')
    await writeFile(accountKey, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
    const tokens = join(this.folder, 'tokens.csv')
    await writeFile(tokens, `${this.#token},admin,1,"system:masters"\n`, { mode: 0o600 })
    const certificates = join(this.folder, 'certificates')
    await this.#run('apiserver', kubeTools.kube, [
      'apiserver',
      ...[`--etcd-servers=${etcd}`, `--secure-port=${port}`, '--bind-address=127.0.0.1', `--cert-dir=${certificates}`],
      ...['--service-account-issuer=https://kubernetes.default.svc', `--service-account-key-file=${accountKey}`],
      ...[`--service-account-signing-key-file=${accountKey}`, '--service-cluster-ip-range=10.0.0.0/24'],
      ...[`--token-auth-file=${tokens}`, '--authorization-mode=RBAC'],
      '--disable-admission-plugins=TaintNodesByCondition',
    ])
    const url = `https://127.0.0.1:${port}`
    const certificate = join(certificates, 'apiserver.crt')
    const ca = await until(() => readFile(certificate, 'utf8'), { what: 'the certificate of the API server' })
    const client = new KubeClient({ url, token: this.#token, ca })
    this.#client = client
    await writeFile(this.kubeconfig, kubeconfig(url, certificate, this.#token), { mode: 0o600 })
    await until(async () => (await client.find('/api/v1/namespaces/kube-system')) !== undefined, {
      what: 'the API server',
      deadlineMs: 60_000,
    })
    const access = ['kubeconfig', 'authentication-kubeconfig', 'authorization-kubeconfig'].map(
      (flag) => `--${flag}=${this.kubeconfig}`,
    )
    const server = ['--leader-elect=false', '--bind-address=127.0.0.1']
    await this.#run('controller-manager', kubeTools.kube, [
      ...['controller-manager', ...access, ...server, `--secure-port=${controllerPort}`],
      ...[`--service-account-private-key-file=${accountKey}`, `--root-ca-file=${certificate}`],
      `--controllers=${controllers.join(',')}`,
    ])
    await this.#run('scheduler', kubeTools.kube, ['scheduler', ...access, ...server, `--secure-port=${schedulerPort}`])
  }

  async #run(name: string, command: string, args: readonly string[]): Promise<void> {
    const logFile = join(this.folder, `${name}.log`)
    // Debian's etcd asks for this on processors other than amd64.
    const env = { ...process.env, ETCD_UNSUPPORTED_ARCH: process.arch === 'x64' ? '' : process.arch }
    this.#processes.push(await GuardedProcess.start({ command, args, logFile, cwd: this.folder, env }))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client?.[Symbol.asyncDispose]()
    // The store last: the others would only log that it is gone.
    for (const server of this.#processes.reverse()) await server.stop(STOP_MS)
    await rm(join(this.folder, 'etcd'), { recursive: true, force: true })
  }
}

function kubeconfig(server: string, certificate: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'tests',
    contexts: [{ name: 'tests', context: { cluster: 'tests', user: 'admin' } }],
    clusters: [{ name: 'tests', cluster: { server, 'certificate-authority': certificate } }],
    users: [{ name: 'admin', user: { token } }],
  })
}
