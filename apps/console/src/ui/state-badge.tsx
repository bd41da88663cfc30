import type { ConnectorState } from '@penstock/client'

const tones: Readonly<Record<string, string>> = {
  RUNNING: 'good',
  PAUSED: 'calm',
  STOPPED: 'calm',
  FAILED: 'bad',
  UNREACHABLE: 'bad',
  UNRESPONSIVE: 'bad',
  UNASSIGNED: 'warn',
  RESTARTING: 'warn',
  STARTING: 'warn',
  DESTROYED: 'calm',
  DONE: 'good',
  CANCELLED: 'calm',
}

/** Colour and text say the same. */
export function StateBadge({ state }: { state: ConnectorState | string }) {
  return <span class={`badge badge-${tones[state] ?? 'calm'}`}>{state.toLowerCase()}</span>
}
