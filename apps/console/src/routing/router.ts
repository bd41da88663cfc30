import { signal } from '@preact/signals'
import { parseRoute, type Route } from './route.ts'

/** What the page's address names at present. */
export const currentRoute = signal<Route>(parseRoute(location.hash))

/** True while the view holds what would be lost. */
let holdsWork: () => boolean = () => false
let shownHash = location.hash

addEventListener('hashchange', () => {
  if (location.hash === shownHash) return
  if (holdsWork() && !confirm('Leave without saving? What you have entered will be lost.')) {
    history.pushState(null, '', shownHash === '' ? '#/' : shownHash)
    return
  }
  show(location.hash)
})

addEventListener('beforeunload', (event) => {
  if (holdsWork()) event.preventDefault()
})

/** Leaves the view without asking: what it held is saved. */
export function goTo(link: string): void {
  holdsWork = () => false
  location.hash = link
}

/** Changes the address without leaving the view: filters, say. */
export function replaceAddress(link: string): void {
  history.replaceState(null, '', link)
  shownHash = link
  currentRoute.value = parseRoute(link)
}

/** Has people asked before they leave a view that holds work; returns how to stop that. */
export function guardLeaving(holds: () => boolean): () => void {
  holdsWork = holds
  return () => {
    if (holdsWork === holds) holdsWork = () => false
  }
}

function show(hash: string): void {
  holdsWork = () => false
  shownHash = hash
  currentRoute.value = parseRoute(hash)
}
