import type { ConnectorConfig } from '@penstock/client'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { connect } from '../api/client.ts'
import { PreviewPanel } from '../connector/preview-panel.tsx'
import { formatAmount } from '../format/format.ts'
import { guardLeaving } from '../routing/router.ts'
import { ErrorNotice, Loading, Notice } from '../ui/notice.tsx'
import { changesOf, misusedMasks } from './config-changes.ts'
import { ConfigForm } from './config-form.tsx'
import { fieldId } from './field.tsx'
import { connectorForm } from './form-model.ts'
import { JsonEditor } from './json-editor.tsx'
import { useValidation, type Validated } from './use-validation.ts'

export interface ConnectorEditorProps {
  readonly name: string
  /** Null: the name can't change any more. */
  readonly onName: ((name: string) => void) | null
  readonly start: ConnectorConfig
  /** Null for a new connector. */
  readonly existing: Validated['existing']
  readonly save: string
  /** True once it is saved. */
  readonly onSave: (config: ConnectorConfig) => Promise<boolean>
  readonly cancel: string
  readonly options?: ComponentChildren
}

type Mode = 'form' | 'json' | 'preview'
const modes: readonly (readonly [Mode, string])[] = [
  ['form', 'Form'],
  ['json', 'JSON'],
  ['preview', 'Preview'],
]

/** The config of a connector as form and as JSON, checked as it is typed. */
export function ConnectorEditor(props: ConnectorEditorProps) {
  const { name, onName, start, existing, save, onSave, cancel, options } = props
  const [config, setConfig] = useState(start)
  const [mode, setMode] = useState<Mode>('form')
  const [saving, setSaving] = useState(false)
  const base = existing?.base ?? emptyConfig
  const named = useNamed(config, name)
  const validation = useValidation({ config: existing === null ? named : config, existing })
  const { infos } = validation
  const form = infos === null ? null : connectorForm(infos, base, config)
  const masks = misusedMasks(base, config)
  const errors = form?.errors ?? []
  const changed = existing === null || Object.keys(changesOf(base, config)).length > 0
  const isSink = infos?.configs.some(({ definition }) => definition?.name === 'topics.regex') ?? false

  const dirty = useRef(false)
  dirty.current = existing === null ? config !== start || name !== '' : changed
  useEffect(() => guardLeaving(() => dirty.current), [])

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setSaving(true)
    const done = await onSave(config)
    if (!done) setSaving(false)
  }
  const plugin = config['connector.class'] ?? ''
  return (
    <>
      <form class="editor" onSubmit={(event) => void submit(event)} noValidate>
        <div class="editor-bar">
          {onName !== null && (
            <label class="field-inline field-name">
              <span>Name</span>
              <input
                id={fieldId('name')}
                required
                value={name}
                autocomplete="off"
                spellcheck={false}
                onInput={(event) => onName(event.currentTarget.value)}
              />
            </label>
          )}
          <fieldset class="segments">
            <legend class="visually-hidden">Show as</legend>
            {modes
              .filter(([each]) => each !== 'preview' || isSink)
              .map(([each, label]) => (
                <button key={each} type="button" aria-pressed={mode === each} onClick={() => setMode(each)}>
                  {label}
                </button>
              ))}
          </fieldset>
          {options}
          <span class="editor-state" role="status">
            {validation.checking ? 'Checking …' : stateText(errors.length, changed)}
          </span>
          <span class="editor-buttons">
            <a class="button" href={cancel}>
              Cancel
            </a>
            <button
              type="submit"
              class="primary"
              disabled={saving || errors.length > 0 || masks.length > 0 || !changed || name.trim() === ''}
            >
              {saving ? 'Saving …' : save}
            </button>
          </span>
        </div>
        {validation.error !== undefined && <ErrorNotice error={validation.error} retry={validation.again} />}
        {masks.length > 0 && (
          <Notice tone="bad">
            <strong>{masks.join(', ')}: [hidden] is no value</strong>
            <p>It stands where a secret was hidden. Enter the secret itself, or a reference to a config provider.</p>
          </Notice>
        )}
        <ErrorList errors={errors} inForm={mode === 'form'} />
        {infos === null && validation.error === undefined && <Loading what="the form" />}
        {mode === 'form' && infos !== null && (
          <ConfigForm infos={infos} base={base} config={config} onChange={setConfig} />
        )}
        {mode === 'json' && <JsonEditor name={name} config={config} onName={onName} onChange={setConfig} />}
      </form>
      {mode === 'preview' && (
        <PreviewSection
          ask={(request) =>
            existing === null
              ? connect.previewConfig(plugin, { ...request, config: named })
              : connect.preview(existing.name, { ...request, config: changesOf(base, config) })
          }
        />
      )}
    </>
  )
}

const emptyConfig: ConnectorConfig = {}

/** The config with the name in it, the same object as long as both are the same: a new one is checked anew. */
function useNamed(config: ConnectorConfig, name: string): ConnectorConfig {
  const held = useRef<{ config: ConnectorConfig; name: string; named: ConnectorConfig } | null>(null)
  if (held.current?.config !== config || held.current.name !== name) {
    held.current = { config, name, named: name.trim() === '' ? config : { ...config, name: name.trim() } }
  }
  return held.current.named
}

function stateText(errors: number, changed: boolean): string {
  if (errors > 0) return formatAmount(errors, 'error', 'errors')
  return changed ? 'No errors' : 'No changes'
}

function ErrorList({ errors, inForm }: { errors: readonly { key: string; message: string }[]; inForm: boolean }) {
  if (errors.length === 0) return null
  return (
    <section class="notice notice-bad" aria-label="Errors">
      <ul class="error-list">
        {errors.slice(0, 12).map(({ key, message }) => (
          <li key={`${key} ${message}`}>
            {inForm ? (
              <button type="button" class="link" onClick={() => document.getElementById(fieldId(key))?.focus()}>
                {key}
              </button>
            ) : (
              <code>{key}</code>
            )}{' '}
            {message}
          </li>
        ))}
      </ul>
    </section>
  )
}

function PreviewSection({ ask }: Parameters<typeof PreviewPanel>[0]) {
  return (
    <section aria-labelledby="preview-heading">
      <h2 id="preview-heading">Preview with this config</h2>
      <PreviewPanel ask={ask} />
    </section>
  )
}
