/** The console: draws app.tsx into the page and follows the cluster (live/live.ts). */
import { render } from 'preact'
import { App } from './app.tsx'
import { followCluster } from './live/live.ts'
import { applyTheme } from './ui/theme.ts'

const root = document.getElementById('console')
if (root === null) throw new Error('index.html has no element with the id "console"')
applyTheme()
followCluster()
render(<App />, root)
