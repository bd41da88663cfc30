import type { ComponentChildren } from 'preact'
import { problemOf } from '../api/problem.ts'

/** A failure in place of what could not be shown. */
export function ErrorNotice({ error, retry }: { error: unknown; retry?: () => void }) {
  const { title, text } = problemOf(error)
  return (
    <div class="notice notice-bad" role="alert">
      <strong>{title}</strong>
      <p class="pre-line">{text}</p>
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  )
}

export function Notice({ tone = 'calm', children }: { tone?: 'calm' | 'warn' | 'bad'; children: ComponentChildren }) {
  return <div class={`notice notice-${tone}`}>{children}</div>
}

export function Loading({ what }: { what: string }) {
  return (
    <p class="loading" role="status">
      Loading {what} …
    </p>
  )
}

/** Says what would be here, and how to get it. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children}
    </div>
  )
}
