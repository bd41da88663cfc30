/** Short messages about what was done or has failed, read out by screen readers. */
import { signal } from '@preact/signals'
import { problemOf } from '../api/problem.ts'

export interface ShownMessage {
  readonly id: number
  readonly kind: 'done' | 'progress' | 'failed'
  readonly title: string
  readonly text: string
}

export const messages = signal<readonly ShownMessage[]>([])

const shownMs = 6_000
let nextId = 1

export function dismiss(id: number): void {
  messages.value = messages.value.filter((message) => message.id !== id)
}

/** Failures stay until they are dismissed. */
export function show(kind: ShownMessage['kind'], title: string, text = ''): number {
  const id = nextId++
  messages.value = [...messages.value, { id, kind, title, text }].slice(-4)
  if (kind === 'done') setTimeout(() => dismiss(id), shownMs)
  return id
}

export function showError(error: unknown): void {
  const { title, text } = problemOf(error)
  show('failed', title, text)
}
