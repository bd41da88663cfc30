import { Icon } from './icon.tsx'
import { dismiss, messages } from './messages.ts'

export function MessagesRegion() {
  return (
    <div class="messages" role="status" aria-live="polite">
      {messages.value.map(({ id, kind, title, text }) => (
        <div key={id} class={`message message-${kind}`}>
          <div class="message-text">
            <strong>{title}</strong>
            {text !== '' && <p>{text}</p>}
          </div>
          <button type="button" class="icon-button" aria-label="Dismiss" onClick={() => dismiss(id)}>
            <Icon name="close" />
          </button>
        </div>
      ))}
    </div>
  )
}
