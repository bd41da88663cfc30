import { authorization, signInNeeded, signOut } from './api/session.ts'
import { ClusterView } from './cluster/cluster-view.tsx'
import { ConnectorView } from './connector/connector-view.tsx'
import { ConnectorsView } from './connectors/connectors-view.tsx'
import { CreateView } from './editor/create-view.tsx'
import { EditView } from './editor/edit-view.tsx'
import { connection, loaded } from './live/live.ts'
import { LoggersView } from './loggers/loggers-view.tsx'
import { LogsView } from './logs/logs-view.tsx'
import { PluginView } from './plugins/plugin-view.tsx'
import { PluginsView } from './plugins/plugins-view.tsx'
import { links, type Route } from './routing/route.ts'
import { currentRoute } from './routing/router.ts'
import { SignIn } from './sign-in/sign-in.tsx'
import { Icon } from './ui/icon.tsx'
import { MessagesRegion } from './ui/messages-region.tsx'
import { Empty } from './ui/notice.tsx'
import { nextTheme, theme } from './ui/theme.ts'
import { ViewHeader } from './ui/view-header.tsx'

const sections: readonly { label: string; href: string; views: readonly Route['view'][] }[] = [
  { label: 'Cluster', href: links.cluster, views: ['cluster'] },
  { label: 'Connectors', href: links.connectors, views: ['connectors', 'connector', 'create', 'edit'] },
  { label: 'Plugins', href: links.plugins, views: ['plugins', 'plugin'] },
  { label: 'Loggers', href: links.loggers, views: ['loggers'] },
  { label: 'Logs', href: links.logs, views: ['logs'] },
]

/** The frame around all views. */
export function App() {
  const route = currentRoute.value
  return (
    <>
      <button type="button" class="skip-link" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <TopBar view={route.view} />
      {signInNeeded.value !== null ? (
        <SignIn />
      ) : (
        <main id="main" tabIndex={-1} data-view={route.view}>
          <View route={route} />
        </main>
      )}
      <MessagesRegion />
    </>
  )
}

function TopBar({ view }: { view: Route['view'] }) {
  return (
    <header class="top-bar">
      <a class="brand" href={links.cluster}>
        <svg viewBox="0 0 32 32" aria-hidden="true" class="brand-mark">
          <rect width="32" height="32" rx="7" />
          <path d="M7 9h6c6 0 6 7 12 7M7 16h5c6 0 7 7 13 7" />
        </svg>
        Penstock
      </a>
      <nav class="sections" aria-label="Sections">
        {sections.map(({ label, href, views }) => (
          <a key={href} href={href} aria-current={views.includes(view) ? 'page' : undefined}>
            {label}
          </a>
        ))}
      </nav>
      <div class="top-tools">
        <ConnectionState />
        <button
          type="button"
          class="icon-button"
          aria-label={`Colours: ${theme.value}. Change`}
          title={`Colours: ${theme.value}`}
          onClick={nextTheme}
        >
          <Icon name={theme.value === 'light' ? 'sun' : theme.value === 'dark' ? 'moon' : 'auto'} />
        </button>
        {authorization.value !== null && (
          <button type="button" class="small" onClick={signOut}>
            Sign out
          </button>
        )}
      </div>
    </header>
  )
}

function ConnectionState() {
  const state = signInNeeded.value !== null ? 'signed out' : connection.value
  const text = {
    connecting: 'Connecting',
    live: 'Live',
    lost: loaded.value ? 'Reconnecting' : 'Not connected',
    'signed out': 'Signed out',
  }
  return (
    <span class={`connection connection-${state.replace(' ', '-')}`} role="status">
      {text[state]}
    </span>
  )
}

function View({ route }: { route: Route }) {
  switch (route.view) {
    case 'cluster':
      return <ClusterView />
    case 'connectors':
      return <ConnectorsView query={route.query} />
    case 'create':
      return <CreateView plugin={route.plugin} />
    case 'connector':
      return <ConnectorView key={route.name} name={route.name} tab={route.tab} />
    case 'edit':
      return <EditView key={route.name} name={route.name} />
    case 'plugins':
      return <PluginsView />
    case 'plugin':
      return <PluginView key={route.name} name={route.name} />
    case 'loggers':
      return <LoggersView />
    case 'logs':
      return <LogsView worker={route.worker} connector={route.connector} />
    case 'unknown':
      return (
        <>
          <ViewHeader title="Not here" />
          <Empty title={`There is no view ${route.path}`}>
            <a href={links.cluster}>To the cluster</a>
          </Empty>
        </>
      )
  }
}
