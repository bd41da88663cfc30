/** The parts of Kubernetes' objects that are read or written here. */
export interface Metadata {
  readonly name: string
  readonly namespace?: string
  readonly uid?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly resourceVersion?: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
}

export interface KubeObject {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: Metadata
}

interface KeyRef {
  readonly name: string
  readonly key: string
  readonly optional?: boolean
}

export interface EnvVar {
  readonly name: string
  readonly value?: string
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string }
    readonly secretKeyRef?: KeyRef
    readonly configMapKeyRef?: KeyRef
  }
}

export interface Probe {
  readonly httpGet?: { readonly path: string; readonly port: string | number; readonly scheme?: 'HTTP' | 'HTTPS' }
  readonly periodSeconds: number
  readonly timeoutSeconds: number
  readonly failureThreshold: number
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly command?: readonly string[]
  readonly args?: readonly string[]
  readonly env?: readonly EnvVar[]
  readonly envFrom?: readonly {
    readonly prefix?: string
    readonly configMapRef?: { readonly name: string }
    readonly secretRef?: { readonly name: string }
  }[]
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[]
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[]
  readonly startupProbe?: Probe
  readonly readinessProbe?: Probe
  readonly livenessProbe?: Probe
  readonly lifecycle?: { readonly preStop?: { readonly exec?: { readonly command: readonly string[] } } }
}

interface KeyToPath {
  readonly key: string
  readonly path: string
}

export interface Volume {
  readonly name: string
  readonly configMap?: { readonly name: string; readonly items?: readonly KeyToPath[] }
  readonly secret?: {
    readonly secretName: string
    readonly defaultMode?: number
    readonly items?: readonly KeyToPath[]
  }
  readonly emptyDir?: object
}

export interface Pod extends KubeObject {
  readonly spec: {
    readonly nodeName?: string
    readonly restartPolicy: 'Always' | 'OnFailure' | 'Never'
    readonly terminationGracePeriodSeconds: number
    readonly securityContext?: {
      readonly runAsUser?: number
      readonly runAsGroup?: number
      readonly fsGroup?: number
    }
    readonly initContainers?: readonly Container[]
    readonly containers: readonly Container[]
    readonly volumes?: readonly Volume[]
  }
  readonly status?: {
    readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed'
    readonly podIP?: string
    readonly conditions?: readonly { readonly type: string; readonly status: 'True' | 'False' }[]
  }
}

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>
}

/** `data` in base64. */
export type Secret = ConfigMap

export interface Service extends KubeObject {
  readonly spec: {
    readonly selector?: Readonly<Record<string, string>>
    readonly publishNotReadyAddresses?: boolean
  }
}

export function isReady({ status, metadata }: Pod): boolean {
  const ready = status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  return ready && metadata.deletionTimestamp === undefined
}
