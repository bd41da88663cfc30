import { hiddenSecret } from '@penstock/client'
import { connect } from '../api/client.ts'
import { formatConfigJson } from '../editor/config-json.ts'
import { links } from '../routing/route.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { Icon } from '../ui/icon.tsx'
import { ErrorNotice, Loading } from '../ui/notice.tsx'
import { useResource } from '../ui/use-resource.ts'

/** The config as it is, without secrets. `version` changes whenever somebody changes it. */
export function ConfigTab({ name, version }: { name: string; version: number }) {
  const config = useResource(() => connect.config(name), [name, version])
  if (config.error !== undefined && config.data === undefined)
    return <ErrorNotice error={config.error} retry={config.reload} />
  if (config.data === undefined) return <Loading what="the config" />
  const entries = Object.entries(config.data).sort(([a], [b]) => (a < b ? -1 : 1))
  return (
    <section aria-labelledby="config-heading">
      <div class="section-head">
        <h2 id="config-heading">Config</h2>
        <CopyButton text={formatConfigJson(name, config.data)} label="Copy as JSON" />
        <a class="button small" href={links.edit(name)}>
          Edit
        </a>
      </div>
      <dl class="config">
        {entries.map(([key, value]) => (
          <div key={key} class="config-row">
            <dt>
              <code>{key}</code>
            </dt>
            <dd>
              {value === hiddenSecret ? (
                <span class="hidden-secret">
                  <Icon name="lock" /> hidden
                </span>
              ) : (
                <code>{value}</code>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
