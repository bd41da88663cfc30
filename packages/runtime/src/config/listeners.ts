import type { RawConfig } from '@penstock/core'

/** One entry of `listeners`. */
export interface Listener {
  readonly protocol: 'http' | 'https'
  /** Null: every interface. */
  readonly host: string | null
  /** 0: any free port. */
  readonly port: number
}

const listenerText = /^(https?):\/\/(\[[0-9a-f:.%]+\]|[^:/\s]*):(\d{1,5})\/?$/i

/** Reads `http://host:port`; null when the text is something else. */
export function parseListener(text: string): Listener | null {
  const match = listenerText.exec(text.trim())
  const [, protocol = '', host = '', digits = ''] = match ?? []
  const port = Number(digits)
  if (match === null || port > 65535) return null
  return {
    protocol: protocol.toLowerCase() as Listener['protocol'],
    host: host === '' ? null : host.replace(/^\[|\]$/g, ''),
    port,
  }
}

export function isHttps(text: string): boolean {
  return parseListener(text)?.protocol === 'https'
}

/** True where only programs of this machine get through. */
export function isLoopback({ host }: Listener): boolean {
  return host !== null && /^(localhost|127(\.\d{1,3}){3}|::1)$/i.test(host)
}

interface ListenerKeys {
  readonly listeners: readonly string[]
  readonly 'rest.authentication.methods': readonly string[]
  readonly raw: RawConfig
}

/** What `listeners` says. Where it says nothing, a worker that asks nobody who they are is for this machine alone. */
export function mainListeners(config: ListenerKeys): {
  readonly listeners: readonly string[]
  readonly chosen: boolean
} {
  const chosen = (config.raw.listeners ?? null) !== null
  if (chosen || config['rest.authentication.methods'].length > 0) return { listeners: config.listeners, chosen }
  return { listeners: ['http://127.0.0.1:8083'], chosen }
}
