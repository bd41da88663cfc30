import { type ConfigInfos, type ConnectorConfig, hiddenSecret } from '@penstock/client'
import { useState } from 'preact/hooks'
import { formatAmount } from '../format/format.ts'
import { keepsSecret, withValue } from './config-changes.ts'
import { Field, fieldId } from './field.tsx'
import { connectorForm, type FormGroup, orderedGroups } from './form-model.ts'

export interface ConfigFormProps {
  readonly infos: ConfigInfos
  readonly base: ConnectorConfig
  readonly config: ConnectorConfig
  readonly onChange: (config: ConnectorConfig) => void
}

/** A field for every key that the plugin and its transformations declare. */
export function ConfigForm({ infos, base, config, onChange }: ConfigFormProps) {
  const { groups, others } = connectorForm(infos, base, config)
  const set = (key: string, value: string): void => onChange(withValue(config, key, value))
  return (
    <>
      {orderedGroups(groups).map((group) => (
        <Group key={group.name} group={group} set={set} />
      ))}
      <OtherKeys keys={others} base={base} config={config} onChange={onChange} />
    </>
  )
}

function Group({
  group: { name, fields, more },
  set,
}: {
  group: FormGroup
  set: (key: string, value: string) => void
}) {
  const [open, setOpen] = useState(false)
  return (
    <fieldset class="form-group">
      <legend>{name}</legend>
      {fields.map((field) => (
        <Field key={field.name} field={field} onChange={(value) => set(field.name, value)} />
      ))}
      {more.length > 0 && (
        <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{formatAmount(more.length, 'more setting', 'more settings')}</summary>
          {open &&
            more.map((field) => <Field key={field.name} field={field} onChange={(value) => set(field.name, value)} />)}
        </details>
      )}
    </fieldset>
  )
}

type OtherKeysProps = Omit<ConfigFormProps, 'infos'> & { readonly keys: readonly string[] }

/** Settings of Kafka clients, and whatever else no plugin declares. */
function OtherKeys({ keys, base, config, onChange }: OtherKeysProps) {
  const [added, setAdded] = useState('')
  const add = (): void => {
    const key = added.trim()
    if (key === '' || Object.hasOwn(config, key)) return
    onChange({ ...config, [key]: '' })
    setAdded('')
  }
  return (
    <fieldset class="form-group">
      <legend>Other keys</legend>
      {keys.map((key) => {
        const kept = keepsSecret(base, config, key)
        const stored = base[key] === hiddenSecret
        return (
          <div key={key} class="form-field">
            <div class="form-label">
              <label for={fieldId(key)}>
                <code>{key}</code>
              </label>
            </div>
            <span class="secret">
              <input
                id={fieldId(key)}
                class="width-long"
                {...(stored ? { type: 'password' as const } : {})}
                autocomplete="off"
                spellcheck={false}
                value={kept ? '' : config[key]}
                placeholder={kept ? 'hidden – leave to keep' : ''}
                onInput={({ currentTarget: { value: typed } }) =>
                  onChange({ ...config, [key]: typed === '' && stored ? hiddenSecret : typed })
                }
              />
              <button type="button" onClick={() => onChange(withValue(config, key, ''))}>
                Remove
              </button>
            </span>
          </div>
        )
      })}
      <div class="form-field">
        <div class="form-label">
          <label for="new-key">Add a key</label>
        </div>
        <span class="secret">
          <input
            id="new-key"
            class="width-long"
            value={added}
            placeholder="consumer.override.max.poll.records"
            autocomplete="off"
            spellcheck={false}
            onInput={(event) => setAdded(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              add()
            }}
          />
          <button type="button" disabled={added.trim() === ''} onClick={add}>
            Add
          </button>
        </span>
      </div>
    </fieldset>
  )
}
