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
