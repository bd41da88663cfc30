/** What pages do beside being read: the choice of light or dark, the list of pages on small screens, the search. */
const script = document.currentScript
const base = script.dataset.base

const theme = document.getElementById('theme')
const root = document.documentElement
const stored = (() => {
  try {
    return localStorage.getItem('theme')
  } catch {
    return null // pages opened from a folder may have no storage
  }
})()
if (stored !== null) root.dataset.theme = stored
theme.addEventListener('click', () => {
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = dark ? 'light' : 'dark'
  try {
    localStorage.setItem('theme', root.dataset.theme)
  } catch {
    // it holds for this page then
  }
})

const menu = document.getElementById('menu')
menu.addEventListener('click', () => {
  menu.setAttribute('aria-expanded', String(root.classList.toggle('menu-open')))
})
document.querySelector('#navigation [aria-current]')?.scrollIntoView({ block: 'center' })

const form = document.getElementById('search')
const input = form.querySelector('input')
const found = document.getElementById('found')
/** Most results shown. */
const MOST = 12
let search
let selected = -1

function load(path) {
  return new Promise((resolve, reject) => {
    const element = document.createElement('script')
    element.src = base + path
    element.addEventListener('load', resolve)
    element.addEventListener('error', reject)
    document.head.append(element)
  })
}

/** The same as in search-index.ts. */
function tokenize(text) {
  const words = text.split(/[^\p{L}\p{N}._$-]+/u).map((word) => word.replace(/^[._-]+|[._-]+$/g, ''))
  return words.flatMap((word) => (/[._$-]/.test(word) ? [word, ...word.split(/[._$-]+/)] : [word])).filter(Boolean)
}

function prepare() {
  search ??= Promise.all([load('assets/minisearch.js'), load('assets/search-index.js')]).then(() =>
    window.MiniSearch.loadJSON(window.penstockSearchIndex, {
      fields: ['title', 'heading', 'body'],
      storeFields: ['title', 'heading', 'href'],
      tokenize,
    }),
  )
  return search
}

function show(results) {
  selected = -1
  input.removeAttribute('aria-activedescendant')
  const items = results.slice(0, MOST).map(({ title, heading, href }, index) => {
    const link = document.createElement('a')
    link.href = base + href
    link.tabIndex = -1
    const name = document.createElement('strong')
    name.textContent = heading || title
    link.append(name)
    if (heading) link.append(` ${title}`)
    const item = document.createElement('li')
    item.id = `found-${index}`
    item.setAttribute('role', 'option')
    item.append(link)
    return item
  })
  if (items.length === 0) {
    const item = document.createElement('li')
    item.textContent = 'Nothing found'
    items.push(item)
  }
  found.replaceChildren(...items)
  open(true)
}

function open(isOpen) {
  found.hidden = !isOpen
  input.setAttribute('aria-expanded', String(isOpen))
}

function select(index) {
  const items = [...found.querySelectorAll('[role=option]')]
  if (items.length === 0) return
  selected = (index + items.length) % items.length
  for (const [at, item] of items.entries()) item.setAttribute('aria-selected', String(at === selected))
  items[selected].scrollIntoView({ block: 'nearest' })
  input.setAttribute('aria-activedescendant', items[selected].id)
}

input.addEventListener('focus', prepare)
input.addEventListener('input', async () => {
  const index = await prepare()
  const query = input.value.trim()
  if (query === '') open(false)
  else show(index.search(query, { prefix: true, fuzzy: 0.1, combineWith: 'AND', boost: { title: 4, heading: 3 } }))
})
input.addEventListener('keydown', (event) => {
  if (event.key === 'ArrowDown') select(selected + 1)
  else if (event.key === 'ArrowUp') select(selected - 1)
  else if (event.key === 'Escape') open(false)
  else return
  event.preventDefault()
})
form.addEventListener('submit', (event) => {
  event.preventDefault()
  const links = found.querySelectorAll('[role=option] a')
  links[Math.max(selected, 0)]?.click()
})
document.addEventListener('click', (event) => {
  if (!form.contains(event.target)) open(false)
})
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target.closest('input, textarea')) return
  event.preventDefault()
  input.focus()
})
