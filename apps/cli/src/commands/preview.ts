import { type Preview, type PreviewRequest, recordCoordinates, type ShownRecord } from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { needing, PENSTOCK, usageError } from '../failure.ts'
import { readManifests } from '../manifests/read-manifests.ts'
import { collect, parseCount } from '../option-values.ts'
import { bytesText } from '../output/shown-bytes.ts'
import { oneLine, printable } from '../output/table.ts'
import { paint } from '../terminal.ts'
import { parsePartitions } from './record-options.ts'
import { parseSettings } from './settings.ts'

interface PreviewOptions {
  readonly file?: string
  readonly topic?: string
  readonly partitions?: string
  readonly records?: number
  readonly set: readonly string[]
  readonly unset: readonly string[]
}

export function addPreview(program: Command, cli: Cli): void {
  program
    .command('preview')
    .description('Shows what becomes of the last records of a topic; nothing is written. Penstock only.')
    .argument('[connector]')
    .option('-f, --file <path>', 'with the config of a connector that need not exist')
    .option('--topic <topic>', 'one that the connector reads')
    .option('--partitions <list>', 'only these: 0,1,2')
    .option('--records <count>', 'how many', parseCount)
    .option('--set <key=value>', 'with this key in the config; may be given several times', collect, [])
    .option('--unset <key>', 'without this key; may be given several times', collect, [])
    .action(async (name: string | undefined, options: PreviewOptions, command: Command) => {
      const { topic, partitions, records } = options
      const changes = { ...parseSettings(options.set), ...Object.fromEntries(options.unset.map((key) => [key, null])) }
      const request: PreviewRequest = {
        ...(topic === undefined ? {} : { topic }),
        ...parsePartitions(partitions),
        ...(records === undefined ? {} : { records }),
      }
      if ((name === undefined) === (options.file === undefined))
        throw usageError('preview takes a connector, or -f FILE')
      const manifests = await readManifests(options.file === undefined ? [] : [options.file], cli.terminal)
      const { client } = await cli.connect(command)
      const preview = await needing('a preview', PENSTOCK, () => {
        const [manifest, more] = manifests
        if (name !== undefined) {
          return client.preview(name, { ...request, ...(Object.keys(changes).length === 0 ? {} : { config: changes }) })
        }
        if (manifest === undefined || more !== undefined) throw usageError('-f must name one connector')
        const config = { ...manifest.config, ...changes }
        return client.previewConfig(config['connector.class'] ?? '', { ...request, config })
      })
      cli.printer(command).one(preview, preview.topic, () => textOf(preview, cli))
    })
}

type PreviewedRecord = Preview['records'][number]

function textOf({ topic, records }: Preview, cli: Cli): string {
  if (records.length === 0) return `${topic} has no records\n`
  return records.map((record) => recordText(record, cli)).join('\n')
}

function recordText(record: PreviewedRecord, cli: Cli): string {
  const { timestamp, raw, converted, transformations, dropped_by, error, writes } = record
  const at = timestamp === null ? '' : `  ${new Date(timestamp).toISOString()}`
  const lines = [
    `${paint(cli.terminal, 'bold', recordCoordinates(record))}${at}`,
    `  raw         key ${oneLine(bytesText(raw.key), 300)}  value ${oneLine(bytesText(raw.value), 300)}`,
    ...(converted === null ? [] : [`  converted   ${valueText(converted)}`]),
    ...transformations.flatMap(({ alias, records }) =>
      records.map((made) => `  ${alias.padEnd(11)} ${valueText(made)}`),
    ),
    ...(dropped_by === null ? [] : [`  ${paint(cli.terminal, 'yellow', `dropped by ${dropped_by}`)}`]),
    ...(error === null
      ? []
      : [`  ${paint(cli.terminal, 'red', `failed at ${error.stage}: ${oneLine(error.message, 500)}`)}`]),
    ...writes.map((write) => `  ${writeText(write, cli)}`),
  ]
  return `${lines.join('\n')}\n`
}

function valueText({ topic, key, value }: ShownRecord): string {
  const shown = ({ value, beginning }: ShownRecord['key']) => oneLine(beginning ?? JSON.stringify(value ?? null), 300)
  return `${topic}  key ${shown(key)}  value ${shown(value)}`
}

function writeText(write: PreviewedRecord['writes'][number], cli: Cli): string {
  switch (write.kind) {
    case 'write':
      return `${paint(cli.terminal, 'green', `${write.action} ${write.target}${write.id === null ? '' : `/${write.id}`}`)}\n${printable(write.text).trimEnd().replace(/^/gm, '    ')}`
    case 'skipped':
      return paint(cli.terminal, 'yellow', 'skipped')
    case 'refused':
      return paint(cli.terminal, 'red', `refused at ${write.stage}: ${oneLine(write.message, 500)}`)
  }
}
