/** Light, dark, or as the system is. */
import { effect, signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark'

const storageKey = 'penstock.theme'

function stored(): Theme {
  const value = localStorage.getItem(storageKey)
  return value === 'light' || value === 'dark' ? value : 'auto'
}

export const theme = signal<Theme>(stored())

/** Shows the chosen theme from now on. */
export function applyTheme(): void {
  effect(() => {
    document.documentElement.dataset.theme = theme.value
    localStorage.setItem(storageKey, theme.value)
  })
}

export function nextTheme(): void {
  const order: readonly Theme[] = ['auto', 'light', 'dark']
  theme.value = order[(order.indexOf(theme.value) + 1) % order.length] ?? 'auto'
}
