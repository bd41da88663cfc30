import { readFile } from 'node:fs/promises'
import type { ServerInfo } from '@penstock/client'
import type { Command } from 'commander'
import type { Cli } from '../cli.ts'
import { failureOf } from '../failure.ts'

export function addVersion(program: Command, cli: Cli): void {
  program
    .command('version')
    .description('The versions of this program and of the worker that answers.')
    .option('--client', 'of this program alone')
    .action(async ({ client: clientOnly }: { client?: boolean }, command: Command) => {
      const client = await ownVersion()
      const server = clientOnly === true ? null : await serverInfo(cli, command)
      cli
        .printer(command)
        .one({ client: { version: client }, server }, client, () =>
          [
            `penstock ${client}`,
            ...(server === null
              ? []
              : [`worker   ${server.version} (commit ${server.commit}, Kafka cluster ${server.kafka_cluster_id})`]),
            '',
          ].join('\n'),
        )
    })
}

/** Of the package that this file belongs to. */
export async function ownVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return manifest.version
}

async function serverInfo(cli: Cli, command: Command): Promise<ServerInfo | null> {
  try {
    return await (await cli.connect(command)).client.root()
  } catch (error) {
    const { text, exitCode } = failureOf(error)
    cli.note(`the worker's version is not known: ${text}`)
    cli.exitCode = exitCode
    return null
  }
}
