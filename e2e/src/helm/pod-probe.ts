import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, fetch } from 'undici'
import type { Container, Probe } from './kube-objects.ts'

/** As a kubelet: certificates are for names, and pods are asked by their addresses. */
const agent = new Agent({ connect: { rejectUnauthorized: false } })

/** Whether the container answers now. */
export async function probe(
  { ports = [] }: Container,
  { httpGet, timeoutSeconds }: Probe,
  ip: string,
): Promise<boolean> {
  if (!httpGet) throw new Error('only probes by HTTP are known here')
  const { path, port, scheme = 'HTTP' } = httpGet
  const number = typeof port === 'number' ? port : ports.find(({ name }) => name === port)?.containerPort
  try {
    const response = await fetch(`${scheme.toLowerCase()}://${ip}:${number}${path}`, {
      dispatcher: agent,
      signal: AbortSignal.timeout(timeoutSeconds * 1_000),
    })
    await response.body?.cancel()
    return response.status >= 200 && response.status < 400
  } catch {
    return false
  }
}

/**
 * Tells each change of readiness: not before the startup probe has succeeded once. Returns when `signal` aborts; rejects
 * when the startup probe has failed too often, for then a kubelet would kill the container.
 */
export async function watchReadiness(
  container: Container,
  ip: string,
  signal: AbortSignal,
  onChange: (ready: boolean) => Promise<void>,
): Promise<void> {
  const { startupProbe, readinessProbe } = container
  const pause = (seconds: number) => sleep(seconds * 1_000, undefined, { signal }).catch(() => {})
  for (let failures = 0; startupProbe && !signal.aborted && !(await probe(container, startupProbe, ip)); ) {
    failures++
    if (failures >= startupProbe.failureThreshold) throw new Error(`the startup probe failed ${failures} times`)
    await pause(startupProbe.periodSeconds)
  }
  let ready = false
  let failures = 0
  while (!signal.aborted) {
    const answers = readinessProbe === undefined || (await probe(container, readinessProbe, ip))
    if (signal.aborted) return
    failures = answers ? 0 : failures + 1
    if (answers !== ready && (answers || failures >= (readinessProbe?.failureThreshold ?? 1))) {
      ready = answers
      await onChange(ready)
    }
    await pause(readinessProbe?.periodSeconds ?? 1)
  }
}
