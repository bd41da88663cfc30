import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { Dialog } from './dialog.tsx'

export interface ConfirmButtonProps {
  readonly label: ComponentChildren
  readonly title: string
  /** What will happen, and whether it can be undone. */
  readonly children: ComponentChildren
  readonly confirm: string
  /** Has to be typed first, for what can't be undone. */
  readonly typed?: string
  readonly danger?: boolean
  readonly disabled?: boolean
  /** What was entered in the dialog can't be used. */
  readonly blocked?: boolean
  readonly onConfirm: () => Promise<unknown>
}

/** Asks before it does what it is for. */
export function ConfirmButton(props: ConfirmButtonProps) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        class={props.danger === true ? 'danger' : undefined}
        disabled={props.disabled}
        onClick={() => setOpen(true)}
      >
        {props.label}
      </button>
      {open && <ConfirmDialog {...props} onClose={() => setOpen(false)} />}
    </>
  )
}

function ConfirmDialog({
  title,
  children,
  confirm,
  typed,
  danger,
  blocked = false,
  onConfirm,
  onClose,
}: ConfirmButtonProps & { onClose: () => void }) {
  const [text, setText] = useState('')
  const [busy, setBusy] = useState(false)
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    await onConfirm()
    onClose()
  }
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <div class="dialog-text">{children}</div>
        {typed !== undefined && (
          <label class="field">
            <span>
              Type <code>{typed}</code> to confirm
            </span>
            <input
              value={text}
              autocomplete="off"
              spellcheck={false}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          </label>
        )}
        <div class="dialog-buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button
            type="submit"
            class={danger === true ? 'danger primary' : 'primary'}
            disabled={busy || blocked || (typed !== undefined && text !== typed)}
          >
            {confirm}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
