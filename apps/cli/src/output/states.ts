import type { Style } from '../terminal.ts'

const styles: Readonly<Record<string, Style>> = {
  RUNNING: 'green',
  DONE: 'green',
  FAILED: 'red',
  UNREACHABLE: 'red',
  PAUSED: 'yellow',
  STOPPED: 'yellow',
  RESTARTING: 'cyan',
  UNASSIGNED: 'cyan',
}

export function stateStyle(state: string | undefined): Style | undefined {
  return state === undefined ? undefined : styles[state]
}
