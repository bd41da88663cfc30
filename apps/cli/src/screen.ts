/** A whole terminal that is drawn again and again, until q, Escape or Ctrl-C. */
export interface Screen {
  draw(text: string): void
  /** Aborted when the user wants to leave. */
  readonly closed: AbortSignal
  /** Gives the terminal back as it was. */
  close(): void
}

const enter = '\x1b[?1049h\x1b[?25l'
const leave = '\x1b[?25h\x1b[?1049l'
const home = '\x1b[H'
const clearLine = '\x1b[K'
const clearBelow = '\x1b[J'
/** q, Ctrl-C, Escape. */
const leaving = ['q', 'Q', '\x03', '\x1b']

export function openScreen(signal: AbortSignal): Screen {
  const { stdin, stdout } = process
  const quit = new AbortController()
  const onKeys = (keys: Buffer): void => {
    // In raw mode Ctrl-C is a character like others.
    if (leaving.includes(keys.toString())) quit.abort()
  }
  stdin.setRawMode(true)
  stdin.on('data', onKeys)
  stdout.write(enter)
  return {
    closed: AbortSignal.any([signal, quit.signal]),
    draw: (text) => {
      const lines = text.split('\n').map((line) => cut(line, stdout.columns ?? 120))
      stdout.write(`${home}${lines.join(`${clearLine}\n`)}${clearBelow}`)
    },
    close: () => {
      stdout.write(leave)
      stdin.off('data', onKeys)
      stdin.setRawMode(false)
      stdin.pause()
    },
  }
}

/** The line up to a width; colour codes take none. */
export function cut(line: string, width: number): string {
  let left = width
  let result = ''
  for (const [part] of line.matchAll(/\p{Cc}\[[\d;]*m|\P{Cc}/gu)) {
    if (part.startsWith('\x1b')) result += part
    else if (left-- > 0) result += part
  }
  return result
}
