/** Who the console speaks as. Credentials stay in this tab's session storage and go to the worker alone. */
import { computed, signal } from '@preact/signals'

const storageKey = 'penstock.authorization'

export type Credentials =
  | { readonly kind: 'basic'; readonly user: string; readonly password: string }
  | { readonly kind: 'bearer'; readonly token: string }

const kept = signal(sessionStorage.getItem(storageKey))

/** Value of the Authorization header; null for none. */
export const authorization = computed(() => kept.value)

/** Set when a worker has answered 401. */
export const signInNeeded = signal<{ readonly refused: boolean } | null>(null)

export function signIn(credentials: Credentials): void {
  const value = headerOf(credentials)
  sessionStorage.setItem(storageKey, value)
  kept.value = value
  signInNeeded.value = null
}

export function signOut(): void {
  sessionStorage.removeItem(storageKey)
  kept.value = null
}

/** The worker did not take a request that had this Authorization. */
export function refuse(sent: string | null): void {
  if (sent !== kept.value) return // signed in anew meanwhile
  if (sent !== null) signOut()
  if (signInNeeded.value === null || sent !== null) signInNeeded.value = { refused: sent !== null }
}

function headerOf(credentials: Credentials): string {
  if (credentials.kind === 'bearer') return `Bearer ${credentials.token.trim()}`
  const bytes = new TextEncoder().encode(`${credentials.user}:${credentials.password}`)
  return `Basic ${btoa(String.fromCharCode(...bytes))}`
}
