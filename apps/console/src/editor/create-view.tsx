import type { ConnectorConfig, InitialState, PluginInfo } from '@penstock/client'
import { useState } from 'preact/hooks'
import { connect } from '../api/client.ts'
import { kinds, shortName } from '../plugins/plugin-name.ts'
import { links } from '../routing/route.ts'
import { goTo } from '../routing/router.ts'
import { perform } from '../ui/action.ts'
import { ErrorNotice, Loading } from '../ui/notice.tsx'
import { useResource } from '../ui/use-resource.ts'
import { ViewHeader } from '../ui/view-header.tsx'
import { parseConfigJson } from './config-json.ts'
import { ConnectorEditor } from './connector-editor.tsx'

/** A new connector: a plugin is chosen first, or a JSON is pasted. */
export function CreateView({ plugin }: { plugin: string | null }) {
  const [pasted, setPasted] = useState<{ name: string; config: ConnectorConfig } | null>(null)
  const [name, setName] = useState('')
  const [initialState, setInitialState] = useState<InitialState>('RUNNING')
  const start =
    pasted ?? (plugin === null ? null : { name: '', config: { 'connector.class': plugin, 'tasks.max': '1' } })
  const above = <a href={links.connectors}>Connectors</a>
  if (start === null) {
    return (
      <>
        <ViewHeader title="New connector" above={above} />
        <Start
          onPasted={(given, config) => {
            setName(given)
            setPasted({ name: given, config })
          }}
        />
      </>
    )
  }
  const create = async (config: ConnectorConfig): Promise<boolean> => {
    const request = { name: name.trim(), config, initial_state: initialState }
    const done = await perform(`${name.trim()} is made`, () => connect.createConnector(request))
    if (done) goTo(links.connector(name.trim()))
    return done
  }
  return (
    <>
      <ViewHeader title={`New ${shortName(start.config['connector.class'] ?? 'connector')}`} above={above} />
      <ConnectorEditor
        key={start.config['connector.class']}
        name={name}
        onName={setName}
        start={start.config}
        existing={null}
        save="Create"
        onSave={create}
        cancel={links.connectors}
        options={
          <label class="field-inline">
            <span>Begins</span>
            <select
              value={initialState}
              onChange={(event) => setInitialState(event.currentTarget.value as InitialState)}
            >
              <option value="RUNNING">running</option>
              <option value="PAUSED">paused</option>
              <option value="STOPPED">stopped</option>
            </select>
          </label>
        }
      />
    </>
  )
}

function Start({ onPasted }: { onPasted: (name: string, config: ConnectorConfig) => void }) {
  const plugins = useResource(() => connect.plugins(), [])
  const [text, setText] = useState('')
  const parsed = parseConfigJson(text)
  const lacksClass = parsed.ok && parsed.config['connector.class'] === undefined
  const problem = !parsed.ok ? parsed.problem : lacksClass ? 'The config has no connector.class.' : null
  return (
    <div class="start">
      <section aria-labelledby="choose-heading">
        <h2 id="choose-heading">From a form</h2>
        {plugins.error !== undefined && <ErrorNotice error={plugins.error} retry={plugins.reload} />}
        {plugins.data === undefined && plugins.loading && <Loading what="plugins" />}
        {(['sink', 'source'] as const).map((type) => (
          <Choices key={type} title={kinds[type]} plugins={(plugins.data ?? []).filter((each) => each.type === type)} />
        ))}
      </section>
      <section aria-labelledby="paste-heading">
        <h2 id="paste-heading">From JSON</h2>
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (parsed.ok) onPasted(parsed.name ?? '', parsed.config)
          }}
        >
          <label class="field">
            <span>
              Paste the JSON of a connector: <code>{'{"name": …, "config": {…}}'}</code> or the config alone
            </span>
            <textarea
              class="code-input"
              rows={14}
              spellcheck={false}
              value={text}
              aria-invalid={problem !== null && text !== ''}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
          {problem !== null && text !== '' && <p class="field-errors">{problem}</p>}
          <button type="submit" class="primary" disabled={problem !== null}>
            Continue
          </button>
        </form>
      </section>
    </div>
  )
}

function Choices({ title, plugins }: { title: string; plugins: readonly PluginInfo[] }) {
  if (plugins.length === 0) return null
  return (
    <>
      <h3>{title}</h3>
      <ul class="choices">
        {plugins.map(({ class: name, version }) => (
          <li key={name}>
            <a href={links.create(name)}>
              <strong>{shortName(name)}</strong>
              <small>
                {name} {version}
              </small>
            </a>
          </li>
        ))}
      </ul>
    </>
  )
}
