/** Keeps the state of the cluster up to date: a whole answer first, then events, anew whenever the stream breaks off. */
import { type ClusterEvent, ConnectError, type WorkerInfo } from '@penstock/client'
import { effect, signal } from '@preact/signals'
import { connect } from '../api/client.ts'
import { authorization, signInNeeded } from '../api/session.ts'
import { type ClusterState, emptyCluster, withConnectors, withEvent } from './cluster-state.ts'

export type Connection = 'connecting' | 'live' | 'lost'

export const cluster = signal<ClusterState>(emptyCluster)
export const connection = signal<Connection>('connecting')
/** Why the last attempt to load failed; null once there is something to show. */
export const loadError = signal<unknown>(null)
export const loaded = signal(false)
/** Counts up with each change of a connector's config. */
export const configChanges = signal<Readonly<Record<string, number>>>({})

const shortestPauseMs = 500
const longestPauseMs = 10_000
/** Events of a burst, such as a rebalance, change the page once. */
const paintMs = 100

/** Runs until the page goes. */
export function followCluster(): void {
  let stop = new AbortController()
  effect(() => {
    // Whoever signs in sees what that user may see.
    const allowed = signInNeeded.value === null
    void authorization.value
    stop.abort()
    stop = new AbortController()
    if (allowed) void followUntil(stop.signal)
  })
}

async function followUntil(signal: AbortSignal): Promise<void> {
  let pauseMs = shortestPauseMs
  while (!signal.aborted) {
    try {
      await followOnce(signal, () => {
        pauseMs = shortestPauseMs
      })
    } catch (error) {
      if (signal.aborted) return
      loadError.value = error
    }
    if (signal.aborted) return
    connection.value = 'lost'
    await new Promise((resolve) => void setTimeout(resolve, pauseMs))
    pauseMs = Math.min(longestPauseMs, pauseMs * 2)
  }
}

/** Events are asked for before the whole answer, so that none is missed between. */
async function followOnce(signal: AbortSignal, onEvent: () => void): Promise<void> {
  const ended = new AbortController()
  const either = AbortSignal.any([signal, ended.signal])
  const events = connect.events(either)
  const first = events.next()
  first.catch(() => {}) // told below, where it is awaited
  const waiting: ClusterEvent[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  const paint = async (): Promise<void> => {
    // An answer that is under way may be older than these events.
    await Promise.allSettled(underWay)
    if (either.aborted) return
    timer = undefined
    apply(waiting.splice(0))
  }
  try {
    await reload()
    connection.value = 'live'
    for (let next = await first; next.done !== true; next = await events.next()) {
      onEvent()
      waiting.push(next.value)
      timer ??= setTimeout(() => void paint(), paintMs)
    }
  } finally {
    clearTimeout(timer)
    // Where the answer failed the stream is still open: a browser has few connections to one worker.
    ended.abort()
  }
}

const underWay = new Set<Promise<void>>()
let lastAsked = 0
let lastTaken = 0

/** Asks for everything anew. */
export async function reload(): Promise<void> {
  const asking = load(++lastAsked)
  underWay.add(asking)
  try {
    await asking
  } finally {
    underWay.delete(asking)
  }
}

/** The same for a button: what goes wrong is shown where {@link loadError} is. */
export async function retryLoading(): Promise<void> {
  await reload().catch((error: unknown) => {
    loadError.value = error
  })
}

async function load(turn: number): Promise<void> {
  const [connectors, workers] = await Promise.all([
    connect.expandedConnectors('status', 'metrics'),
    connect.workers().catch(unlessUnknown),
  ])
  if (turn < lastTaken) return // a later question was answered earlier
  lastTaken = turn
  cluster.value = { ...withConnectors(cluster.value, connectors), workers }
  loadError.value = null
  loaded.value = true
}

/** A worker of an older version has no such resource: then there are connectors to show all the same. */
function unlessUnknown(error: unknown): WorkerInfo[] {
  if (error instanceof ConnectError && error.status === 404) return []
  throw error
}

function apply(events: readonly ClusterEvent[]): void {
  let state = cluster.value
  let incomplete = false
  for (const event of events) {
    const next = withEvent(state, event)
    if (next === null) incomplete = true
    else state = next
    if (event.event === 'config') {
      const { name } = event.data
      configChanges.value = { ...configChanges.value, [name]: (configChanges.value[name] ?? 0) + 1 }
    }
  }
  cluster.value = state
  // A new connector, say. The stream itself shows when that fails for longer.
  if (incomplete) reload().catch(() => {})
}
