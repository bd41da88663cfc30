// biome-ignore-all lint/a11y/useSemanticElements: rows that are placed by hand can't be those of a <table>
// biome-ignore-all lint/a11y/useFocusableInteractive: the links in the rows have the focus
import { formatAmount } from '../format/format.ts'
import { overallState } from '../live/cluster-state.ts'
import { cluster, loadError, loaded, retryLoading } from '../live/live.ts'
import { links } from '../routing/route.ts'
import { replaceAddress } from '../routing/router.ts'
import { Icon } from '../ui/icon.tsx'
import { Empty, ErrorNotice, Loading } from '../ui/notice.tsx'
import { ViewHeader } from '../ui/view-header.tsx'
import { VirtualList } from '../ui/virtual-list.tsx'
import { ConnectorCells } from './connector-cells.tsx'
import {
  type ListQuery,
  listed,
  listQueryOf,
  readListQuery,
  type SortKey,
  shownStates,
  sortedBy,
} from './list-model.ts'

const rowHeight = { wide: 44, narrow: 104 } as const

/** All connectors of the cluster; filter and order are part of the address. */
export function ConnectorsView({ query }: { query: URLSearchParams }) {
  const wanted = readListQuery(query)
  const show = (next: ListQuery): void => replaceAddress(links.connectorsWhere(listQueryOf(next)))
  return (
    <>
      <ViewHeader
        title="Connectors"
        actions={
          <a class="button primary" href={links.create()}>
            <Icon name="plus" /> New connector
          </a>
        }
      />
      {!loaded.value && loadError.value !== null && (
        <ErrorNotice error={loadError.value} retry={() => void retryLoading()} />
      )}
      {!loaded.value && loadError.value === null && <Loading what="connectors" />}
      {loaded.value && cluster.value.connectors.size === 0 && (
        <Empty title="No connectors yet">
          <p>A connector moves records between Kafka and another system. Make one from a form, or paste its JSON.</p>
          <a class="button primary" href={links.create()}>
            New connector
          </a>
        </Empty>
      )}
      {loaded.value && cluster.value.connectors.size > 0 && <List query={wanted} show={show} />}
    </>
  )
}

function List({ query, show }: { query: ListQuery; show: (query: ListQuery) => void }) {
  const { connectors } = cluster.value
  const rows = listed(connectors.values(), query)
  return (
    <>
      <div class="toolbar">
        <label class="search">
          <Icon name="search" />
          <span class="visually-hidden">Filter by name</span>
          <input
            type="search"
            value={query.text}
            placeholder="Filter by name"
            onInput={(event) => show({ ...query, text: event.currentTarget.value })}
          />
        </label>
        <StateFilter query={query} show={show} />
        <p class="toolbar-count" role="status">
          {rows.length === connectors.size
            ? formatAmount(rows.length, 'connector', 'connectors')
            : `${rows.length} of ${formatAmount(connectors.size, 'connector', 'connectors')}`}
        </p>
      </div>
      {rows.length === 0 ? (
        <Empty title="No connector is like that">
          <button type="button" onClick={() => show({ ...query, text: '', state: null })}>
            Show all
          </button>
        </Empty>
      ) : (
        <div class="connector-table" role="table" aria-label="Connectors" aria-rowcount={rows.length + 1}>
          <div role="rowgroup" class="table-head">
            <div role="row" class="row" aria-rowindex={1}>
              <SortHeader label="Name" sort="name" query={query} show={show} />
              <SortHeader label="State" sort="state" query={query} show={show} />
              <div role="columnheader">Tasks</div>
              <SortHeader label="Records" sort="rate" query={query} show={show} />
              <SortHeader label="Lag" sort="lag" query={query} show={show} />
              <SortHeader label="Errors" sort="errors" query={query} show={show} />
            </div>
          </div>
          <VirtualList
            rows={rows}
            rowHeight={rowHeight}
            keyOf={({ name }) => name}
            render={(connector) => <ConnectorCells connector={connector} />}
          />
        </div>
      )}
    </>
  )
}

interface QueryProps {
  readonly query: ListQuery
  readonly show: (query: ListQuery) => void
}

function StateFilter({ query, show }: QueryProps) {
  const counts = new Map<string, number>()
  for (const { status } of cluster.value.connectors.values()) {
    const state = overallState(status)
    counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">State</legend>
      {[null, ...shownStates].map((state) => (
        <button
          key={state ?? 'all'}
          type="button"
          aria-pressed={query.state === state}
          onClick={() => show({ ...query, state })}
        >
          {state === null ? 'All' : `${state[0]}${state.slice(1).toLowerCase()} ${counts.get(state) ?? 0}`}
        </button>
      ))}
    </fieldset>
  )
}

function SortHeader({ label, sort, query, show }: QueryProps & { label: string; sort: SortKey }) {
  const isCurrent = query.sort === sort
  const order = query.descending ? 'descending' : 'ascending'
  return (
    <div role="columnheader" aria-sort={isCurrent ? order : 'none'}>
      <button type="button" class="sort" onClick={() => show(sortedBy(query, sort))}>
        {label}
        {isCurrent && <Icon name={query.descending ? 'down' : 'up'} />}
      </button>
    </div>
  )
}
