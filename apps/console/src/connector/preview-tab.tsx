import { connect } from '../api/client.ts'
import { PreviewPanel } from './preview-panel.tsx'

/** What becomes of the last records of a topic with the config as it is. */
export function PreviewTab({ name }: { name: string }) {
  return (
    <section aria-labelledby="preview-heading">
      <h2 id="preview-heading">Preview</h2>
      <p class="help">
        The last records of a topic go through converters and transformations, and show what the sink would send. To try
        another config, use Edit.
      </p>
      <PreviewPanel ask={(request) => connect.preview(name, request)} />
    </section>
  )
}
