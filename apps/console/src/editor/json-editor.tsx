import type { ConnectorConfig } from '@penstock/client'
import { useId, useState } from 'preact/hooks'
import { formatConfigJson, parseConfigJson } from './config-json.ts'

export interface JsonEditorProps {
  readonly name: string
  readonly config: ConnectorConfig
  /** Null: the name can't change any more. */
  readonly onName: ((name: string) => void) | null
  readonly onChange: (config: ConnectorConfig) => void
}

/** The whole config as JSON; what is typed or pasted is taken over as soon as it can be read. */
export function JsonEditor({ name, config, onName, onChange }: JsonEditorProps) {
  const [text, setText] = useState(() => (Object.keys(config).length === 0 ? '' : formatConfigJson(name, config)))
  const inputId = useId()
  const parsed = parseConfigJson(text)
  const otherName = parsed.ok && onName === null && parsed.name !== null && parsed.name !== name
  const problem = parsed.ok
    ? otherName
      ? `The name in the JSON is ignored: this is the connector ${name}.`
      : null
    : parsed.problem
  const take = (typed: string): void => {
    setText(typed)
    const read = parseConfigJson(typed)
    if (!read.ok) return
    if (read.name !== null) onName?.(read.name)
    onChange(read.config)
  }
  return (
    <div class="json-editor">
      <label for={inputId}>
        JSON of the connector: <code>{'{"name": …, "config": {…}}'}</code> or the config alone
      </label>
      <textarea
        id={inputId}
        class="code-input"
        rows={Math.min(40, Math.max(14, text.split('\n').length + 1))}
        spellcheck={false}
        autocomplete="off"
        aria-invalid={!parsed.ok && text !== ''}
        aria-describedby={`${inputId}-problem`}
        value={text}
        onInput={(event) => take(event.currentTarget.value)}
      />
      <p id={`${inputId}-problem`} class={parsed.ok || text === '' ? 'help' : 'field-errors'} aria-live="polite">
        {problem ?? 'Values that show [hidden] are secrets; they stay as they are unless you change them.'}
      </p>
    </div>
  )
}
