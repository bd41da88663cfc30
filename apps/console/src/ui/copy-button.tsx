import { useState } from 'preact/hooks'
import { show } from './messages.ts'

export function CopyButton({ text, label = 'Copy' }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
    } catch {
      show('failed', 'The browser does not let the console copy', 'Select the text and copy it yourself.')
    }
  }
  return (
    <button type="button" class="small" onClick={() => void copy()}>
      {copied ? 'Copied' : label}
    </button>
  )
}
