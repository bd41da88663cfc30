import { readFile } from 'node:fs/promises'
import type { ConnectorOffset } from '@penstock/client'
import { messageOf } from '@penstock/core'
import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { usageError } from '../../failure.ts'
import { collect } from '../../option-values.ts'
import { whileStopped } from './while-stopped.ts'

interface SetOffsetsOptions {
  readonly offset: readonly string[]
  readonly file?: string
  readonly stop?: boolean
}

export function addSetOffsets(offsets: Command, cli: Cli): void {
  offsets
    .command('set')
    .description('Sets positions of a stopped connector.')
    .argument('<connector>')
    .option('--offset <topic:partition=offset>', 'of a sink; may be given several times', collect, [])
    .option('-f, --file <path>', 'of any connector: JSON as "offsets get -o json" prints it; - for stdin')
    .option('--stop', 'stop the connector for it, and let it run again')
    .action(async (name: string, options: SetOffsetsOptions, command: Command) => {
      const wanted = [...options.offset.map(parseOffset), ...(await readOffsets(options.file, cli))]
      if (wanted.length === 0) throw usageError('set what? Give --offset TOPIC:PARTITION=OFFSET or -f FILE')
      const { client } = await cli.connect(command)
      const { message } = await whileStopped(cli, client, name, options.stop === true, () =>
        client.alterOffsets(name, wanted),
      )
      cli.printer(command).one({ connector: name, offsets: wanted, message }, name, () => `${message}\n`)
    })
}

/** `orders:0=42`; `orders:0=` forgets the position. Numbers stay texts, which keep every digit. */
export function parseOffset(text: string): ConnectorOffset {
  const [, topic, partition, offset] = /^(.+):(\d+)=(\d*)$/.exec(text) ?? []
  if (topic === undefined || partition === undefined) {
    throw usageError(`"${text}" is no TOPIC:PARTITION=OFFSET, for example orders:0=42`)
  }
  return {
    partition: { kafka_topic: topic, kafka_partition: Number(partition) },
    offset: offset === '' ? null : { kafka_offset: offset },
  }
}

async function readOffsets(path: string | undefined, cli: Cli): Promise<ConnectorOffset[]> {
  if (path === undefined) return []
  let content: unknown
  try {
    content = JSON.parse(path === '-' ? await cli.terminal.readStdin() : await readFile(path, 'utf8'))
  } catch (error) {
    throw usageError(`${path} can't be read: ${messageOf(error)}`)
  }
  const list = Array.isArray(content) ? content : (content as { offsets?: unknown }).offsets
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'object' && item !== null && 'partition' in item)) {
    throw usageError(`${path} holds no offsets: expected [{"partition": {…}, "offset": {…}}]`)
  }
  return list as ConnectorOffset[]
}
