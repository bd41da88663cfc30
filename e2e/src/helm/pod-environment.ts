import type { ConfigMap, Container, EnvVar, Pod, Secret } from './kube-objects.ts'

/** Where the values of variables come from. Each rejects where there is no such object. */
export interface EnvironmentSources {
  configMap(name: string): Promise<ConfigMap>
  secret(name: string): Promise<Secret>
}

/** A container's environment as a kubelet makes it: `envFrom`, over it `env` in its order, `$(NAME)` of earlier ones put in. */
export async function containerEnvironment(
  pod: Pod,
  { env = [], envFrom = [] }: Container,
  sources: EnvironmentSources,
): Promise<Record<string, string>> {
  const result: Record<string, string> = {}
  for (const { prefix = '', configMapRef, secretRef } of envFrom) {
    const found = configMapRef
      ? (await sources.configMap(configMapRef.name)).data
      : secretRef && decoded((await sources.secret(secretRef.name)).data)
    for (const [name, value] of Object.entries(found ?? {})) result[`${prefix}${name}`] = value
  }
  for (const variable of env) {
    const value = await valueFor(pod, variable, sources)
    if (value !== undefined) result[variable.name] = expanded(value, result)
  }
  return result
}

/** `$(NAME)` is the variable where there is one, `$$(NAME)` the text `$(NAME)`. */
export function expanded(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (all, name: string | undefined) =>
    name === undefined ? '$' : (variables[name] ?? all),
  )
}

export function decoded(data: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  )
}

async function valueFor(
  pod: Pod,
  { name, value, valueFrom }: EnvVar,
  sources: EnvironmentSources,
): Promise<string | undefined> {
  if (valueFrom === undefined) return value ?? ''
  const { fieldRef, secretKeyRef, configMapKeyRef } = valueFrom
  if (fieldRef) return field(pod, fieldRef.fieldPath)
  const key = secretKeyRef ?? configMapKeyRef
  if (key === undefined) throw new Error(`the variable ${name} comes from something that is not known here`)
  const data = secretKeyRef
    ? decoded((await sources.secret(key.name)).data)
    : ((await sources.configMap(key.name)).data ?? {})
  const found = data[key.key]
  if (found === undefined && !key.optional) throw new Error(`${name}: ${key.name} has no key ${key.key}`)
  return found
}

function field({ metadata, spec, status }: Pod, path: string): string {
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName,
    'status.podIP': status?.podIP,
  }
  const value = fields[path]
  if (value === undefined) throw new Error(`the field ${path} is not known here`)
  return value
}
