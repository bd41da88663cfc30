import { useEffect } from 'preact/hooks'
import { overallState } from '../live/cluster-state.ts'
import { cluster, configChanges, loadError, loaded, reload, retryLoading } from '../live/live.ts'
import { type ConnectorTab, links } from '../routing/route.ts'
import { Empty, ErrorNotice, Loading } from '../ui/notice.tsx'
import { StateBadge } from '../ui/state-badge.tsx'
import { TabLinks } from '../ui/tabs.tsx'
import { ViewHeader } from '../ui/view-header.tsx'
import { ConfigTab } from './config-tab.tsx'
import { ConnectorActions } from './connector-actions.tsx'
import { DeadLettersTab } from './dead-letters-tab.tsx'
import { OffsetsTab } from './offsets-tab.tsx'
import { OverviewTab } from './overview-tab.tsx'
import { PreviewTab } from './preview-tab.tsx'
import { VerifyTab } from './verify-tab.tsx'

const labels: Readonly<Record<ConnectorTab, string>> = {
  overview: 'Overview',
  config: 'Config',
  offsets: 'Offsets',
  'dead-letters': 'Dead letters',
  preview: 'Preview',
  verify: 'Verify',
}

/** Records of sinks only can be looked at. */
const sourceTabs: readonly ConnectorTab[] = ['overview', 'config', 'offsets']
const sinkTabs: readonly ConnectorTab[] = [...sourceTabs, 'dead-letters', 'preview', 'verify']

/** One connector: what it does, and everything that can be done with it. */
export function ConnectorView({ name, tab }: { name: string; tab: ConnectorTab }) {
  const connector = cluster.value.connectors.get(name)
  const crumb = <a href={links.connectors}>Connectors</a>
  useEffect(() => {
    // One that was just made may not be among what was told.
    if (loaded.value && connector === undefined) reload().catch(() => {})
  }, [name])
  if (connector === undefined) {
    return (
      <>
        <ViewHeader title={name} above={crumb} />
        {loadError.value !== null && !loaded.value && (
          <ErrorNotice error={loadError.value} retry={() => void retryLoading()} />
        )}
        {loadError.value === null && !loaded.value && <Loading what="the connector" />}
        {loaded.value && (
          <Empty title={`There is no connector ${name}`}>
            <p>It may have been deleted, or is just being made.</p>
            <button type="button" onClick={() => void retryLoading()}>
              Look again
            </button>
          </Empty>
        )}
      </>
    )
  }
  const { status } = connector
  const version = configChanges.value[name] ?? 0
  return (
    <>
      <ViewHeader
        title={name}
        above={crumb}
        beside={
          <span aria-live="polite" class="state-line">
            <StateBadge state={overallState(status)} />
            <span class="tag">{status.type}</span>
          </span>
        }
        actions={<ConnectorActions status={status} />}
      />
      <TabLinks
        label={`Parts of ${name}`}
        tabs={(status.type === 'sink' ? sinkTabs : sourceTabs).map((each) => ({
          label: labels[each],
          href: links.connector(name, each),
          current: each === tab,
        }))}
      />
      {tab === 'overview' && <OverviewTab connector={connector} />}
      {tab === 'config' && <ConfigTab name={name} version={version} />}
      {tab === 'offsets' && <OffsetsTab status={status} />}
      {tab === 'dead-letters' && <DeadLettersTab name={name} />}
      {tab === 'preview' && <PreviewTab name={name} />}
      {tab === 'verify' && <VerifyTab name={name} />}
    </>
  )
}
