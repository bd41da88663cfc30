import type { ConnectorOffset } from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'

export function addGetOffsets(parent: Command, cli: Cli, word = 'offsets'): void {
  parent
    .command(word)
    .description('Lists the positions of a connector, as they are stored.')
    .argument('<connector>')
    .action(async (name: string, _options: object, command: Command) => {
      const { client } = await cli.connect(command)
      const { offsets } = await client.offsets(name)
      const isSink = offsets.every(({ partition }) => 'kafka_topic' in partition)
      cli.printer(command).list(offsets, {
        columns: isSink
          ? [
              { title: 'TOPIC', text: ({ partition }) => String(partition.kafka_topic) },
              { title: 'PARTITION', text: ({ partition }) => String(partition.kafka_partition) },
              { title: 'OFFSET', text: ({ offset }) => String(offset?.kafka_offset) },
            ]
          : [
              { title: 'PARTITION', text: ({ partition }) => JSON.stringify(partition) },
              { title: 'OFFSET', text: ({ offset }) => JSON.stringify(offset) },
            ],
        name: placeOf,
        empty: `${name} has no positions`,
      })
    })
}

function placeOf({ partition }: ConnectorOffset): string {
  return 'kafka_topic' in partition
    ? `${partition.kafka_topic}-${partition.kafka_partition}`
    : JSON.stringify(partition)
}
