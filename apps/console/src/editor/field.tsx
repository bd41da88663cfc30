import { hiddenSecret } from '@penstock/client'
import { useId } from 'preact/hooks'
import { DocText } from '../ui/doc-text.tsx'
import { Icon } from '../ui/icon.tsx'
import type { FormField } from './form-model.ts'

export interface FieldProps {
  readonly field: FormField
  /** An empty text removes the key. */
  readonly onChange: (value: string) => void
}

/** Ids of inputs, by which the list of errors finds them. */
export function fieldId(key: string): string {
  return `key-${key}`
}

export function Field({ field, onChange }: FieldProps) {
  const { name, definition, errors, changed } = field
  const helpId = useId()
  const errorId = useId()
  const label = definition.display_name
  return (
    <div class={`form-field ${errors.length > 0 ? 'has-errors' : ''}`}>
      <div class="form-label">
        <label for={fieldId(name)}>{label}</label>
        {definition.required && <span class="tag">required</span>}
        {changed && <span class="tag tag-changed">changed</span>}
        {label !== name && <code class="key-name">{name}</code>}
      </div>
      <Control field={field} onChange={onChange} describedBy={`${errors.length > 0 ? `${errorId} ` : ''}${helpId}`} />
      {errors.length > 0 && (
        <ul id={errorId} class="field-errors">
          {errors.map((message) => (
            <li key={message}>{message}</li>
          ))}
        </ul>
      )}
      <p id={helpId} class="help">
        <DocText text={definition.documentation} />
      </p>
    </div>
  )
}

function Control({ field, onChange, describedBy }: FieldProps & { describedBy: string }) {
  const { name, definition, value, recommended, errors, keepsSecret, hasStoredSecret } = field
  const listId = useId()
  const common = {
    id: fieldId(name),
    'aria-describedby': describedBy,
    'aria-invalid': errors.length > 0,
    'aria-required': definition.required,
    class: `width-${definition.width.toLowerCase()}`,
  }
  if (definition.type === 'PASSWORD' || hasStoredSecret) {
    return (
      <span class="secret">
        <input
          {...common}
          type="password"
          autocomplete="new-password"
          value={keepsSecret ? '' : value}
          placeholder={keepsSecret ? 'hidden – leave to keep' : 'not set'}
          onInput={({ currentTarget: { value: typed } }) =>
            onChange(typed === '' && hasStoredSecret ? hiddenSecret : typed)
          }
        />
        {value !== '' && (
          <button type="button" class="icon-button" aria-label={`Remove ${name}`} onClick={() => onChange('')}>
            <Icon name="close" />
          </button>
        )}
      </span>
    )
  }
  if (definition.type === 'BOOLEAN' && ['', 'true', 'false'].includes(value)) {
    return (
      <select {...common} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        <option value="">
          {definition.default_value === null ? 'not set' : `default: ${definition.default_value}`}
        </option>
        <option value="true">true</option>
        <option value="false">false</option>
      </select>
    )
  }
  const text = {
    ...common,
    value,
    placeholder: definition.default_value ?? '',
    spellcheck: false,
    autocapitalize: 'off' as const,
    autocomplete: 'off' as const,
  }
  if (value.length > 100 || value.includes('\n')) {
    return <textarea {...text} rows={3} onInput={(event) => onChange(event.currentTarget.value)} />
  }
  const numeric = ['INT', 'SHORT', 'LONG'].includes(definition.type) ? { inputMode: 'numeric' as const } : {}
  if (recommended.length === 0 || definition.type === 'LIST') {
    return <input {...text} {...numeric} onInput={(event) => onChange(event.currentTarget.value)} />
  }
  return (
    <>
      <input {...text} list={listId} onInput={(event) => onChange(event.currentTarget.value)} />
      <datalist id={listId}>
        {recommended.map((choice) => (
          <option key={choice} value={choice} />
        ))}
      </datalist>
    </>
  )
}
