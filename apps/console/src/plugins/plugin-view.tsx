import type { ConfigKeyInfo } from '@penstock/client'
import { useState } from 'preact/hooks'
import { connect } from '../api/client.ts'
import { formatAmount } from '../format/format.ts'
import { links } from '../routing/route.ts'
import { DocText } from '../ui/doc-text.tsx'
import { ErrorNotice, Loading } from '../ui/notice.tsx'
import { useResource } from '../ui/use-resource.ts'
import { ViewHeader } from '../ui/view-header.tsx'
import { shortName } from './plugin-name.ts'

/** Every key of a plugin with what it means. */
export function PluginView({ name }: { name: string }) {
  const keys = useResource(() => connect.pluginConfig(name), [name])
  const [text, setText] = useState('')
  const wanted = text.trim().toLowerCase()
  const shown = (keys.data ?? []).filter(
    (key) => key.name.toLowerCase().includes(wanted) || key.documentation.toLowerCase().includes(wanted),
  )
  return (
    <>
      <ViewHeader title={shortName(name)} above={<a href={links.plugins}>Plugins</a>} />
      <p>
        <code>{name}</code>
      </p>
      {keys.error !== undefined && <ErrorNotice error={keys.error} retry={keys.reload} />}
      {keys.data === undefined && keys.loading && <Loading what="keys" />}
      {keys.data?.length === 0 && <p>It has nothing to configure.</p>}
      {keys.data !== undefined && keys.data.length > 0 && (
        <>
          <div class="toolbar">
            <label class="field-inline">
              <span>Filter</span>
              <input type="search" value={text} onInput={(event) => setText(event.currentTarget.value)} />
            </label>
            <p class="toolbar-count" role="status">
              {formatAmount(shown.length, 'key', 'keys')}
            </p>
          </div>
          <ul class="keys">
            {shown.map((key) => (
              <KeyItem key={key.name} definition={key} />
            ))}
          </ul>
        </>
      )}
    </>
  )
}

function KeyItem({ definition }: { definition: ConfigKeyInfo }) {
  const { name, type, required, default_value: defaultValue, importance, documentation } = definition
  return (
    <li>
      <p class="key-line">
        <code>{name}</code>
        <span class="tag">{type.toLowerCase()}</span>
        {required ? (
          <span class="tag tag-warn">required</span>
        ) : (
          <small>{defaultValue === null || defaultValue === '' ? 'no default' : `default ${defaultValue}`}</small>
        )}
        <small>{importance.toLowerCase()} importance</small>
      </p>
      <p class="help">
        <DocText text={documentation} />
      </p>
    </li>
  )
}
