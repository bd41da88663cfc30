import type { PluginInfo, PluginType } from '@penstock/client'
import { connect } from '../api/client.ts'
import { links } from '../routing/route.ts'
import { ErrorNotice, Loading } from '../ui/notice.tsx'
import { useResource } from '../ui/use-resource.ts'
import { ViewHeader } from '../ui/view-header.tsx'
import { kinds, shortName } from './plugin-name.ts'

/** What is installed on the worker. */
export function PluginsView() {
  const plugins = useResource(() => connect.plugins({ connectorsOnly: false }), [])
  return (
    <>
      <ViewHeader title="Plugins" />
      {plugins.error !== undefined && <ErrorNotice error={plugins.error} retry={plugins.reload} />}
      {plugins.data === undefined && plugins.loading && <Loading what="plugins" />}
      {plugins.data !== undefined &&
        (Object.keys(kinds) as PluginType[]).map((kind) => (
          <Kind key={kind} kind={kind} plugins={(plugins.data ?? []).filter(({ type }) => type === kind)} />
        ))}
    </>
  )
}

function Kind({ kind, plugins }: { kind: PluginType; plugins: readonly PluginInfo[] }) {
  if (plugins.length === 0) return null
  const isConnector = kind === 'sink' || kind === 'source'
  return (
    <section aria-labelledby={`kind-${kind}`}>
      <h2 id={`kind-${kind}`}>
        {kinds[kind]} <small>{plugins.length}</small>
      </h2>
      <ul class="plugin-list">
        {plugins.map(({ class: name, version }) => (
          <li key={name}>
            <a href={links.plugin(name)}>{shortName(name)}</a>
            <code class="plugin-class">{name}</code>
            <small>{version}</small>
            {isConnector && (
              <a class="button small" href={links.create(name)} aria-label={`New connector of ${shortName(name)}`}>
                New
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
