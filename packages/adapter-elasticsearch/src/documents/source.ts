/** The second line of an action: the document, or what is to be done with it. */
import type { SinkRecord } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import type { DocumentSettings } from './document.ts'
import { type MetadataName, metadataText } from './metadata.ts'

export interface ScriptSettings {
  /** `"source":"…","lang":"painless"`, or `"id":"…"`. */
  readonly script: string
  readonly params: readonly ('doc' | MetadataName)[]
  readonly upsert: boolean
  readonly scriptedUpsert: boolean
}

export interface SourceSettings extends DocumentSettings {
  readonly method: ElasticsearchSinkConfig['write.method']
  /** Not null where the method is script. */
  readonly script: ScriptSettings | null
}

/** The source of an action that writes this document. */
export function sourceOf(document: string, record: SinkRecord, settings: SourceSettings): string {
  switch (settings.method) {
    case 'insert':
    case 'create':
      return document
    case 'upsert':
      return `{"doc":${document},"doc_as_upsert":true}`
    case 'update':
      return `{"doc":${document}}`
    case 'script':
      return scriptSource(document, record, settings, settings.script as ScriptSettings)
  }
}

function scriptSource(
  document: string,
  record: SinkRecord,
  settings: SourceSettings,
  { script, params, upsert, scriptedUpsert }: ScriptSettings,
): string {
  const members = params.map((name) => {
    const text = name === 'doc' ? document : metadataText(name, record, settings)
    return `"${name}":${text}`
  })
  const source = `"script":{${script},"params":{${members.join(',')}}}`
  if (scriptedUpsert) return `{${source},"scripted_upsert":true,"upsert":{}}`
  return upsert ? `{${source},"upsert":${document}}` : `{${source}}`
}

/** Reads the `script.…` keys; null where nothing is scripted. */
export function scriptSettings(config: ElasticsearchSinkConfig): ScriptSettings | null {
  if (config['write.method'] !== 'script') return null
  const inline = JSON.stringify({ source: config['script.source'], lang: config['script.lang'] })
  const script = config['script.id'] === '' ? inline : JSON.stringify({ id: config['script.id'] })
  return {
    script: script.slice(1, -1),
    params: [...new Set(config['script.params'] as ScriptSettings['params'])],
    upsert: config['script.upsert'],
    scriptedUpsert: config['script.scripted.upsert'],
  }
}
