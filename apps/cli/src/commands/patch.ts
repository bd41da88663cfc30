import { readFile } from 'node:fs/promises'
import { messageOf } from '@penstock/core'
import type { Command } from 'commander'
import { parse } from 'yaml'
import type { Cli } from '../cli.ts'
import { needing, usageError } from '../failure.ts'
import { configChanges, formatChanges, maskChanges } from '../manifests/config-diff.ts'
import { requireValid } from '../manifests/validate-configs.ts'
import { collect } from '../option-values.ts'
import { SecretKeys } from '../output/secrets.ts'
import { parseSettings } from './settings.ts'

interface PatchOptions {
  readonly set: readonly string[]
  readonly unset: readonly string[]
  readonly patch?: string
  readonly file?: string
  readonly dryRun?: boolean
}

export function addPatch(program: Command, cli: Cli): void {
  program
    .command('patch')
    .description('Changes some keys of a connector’s config and leaves the others.')
    .argument('<connector>')
    .option('--set <key=value>', 'sets a key; may be given several times', collect, [])
    .option('--unset <key>', 'removes a key; may be given several times', collect, [])
    .option('-p, --patch <json>', 'a merge patch: {"key": "value", "another": null}')
    .option('-f, --file <path>', 'a file with a merge patch, JSON or YAML; - for stdin')
    .option('--dry-run', 'only show what would change')
    .action(async (name: string, options: PatchOptions, command: Command) => {
      const patch = {
        ...(await readPatch(options, cli)),
        ...parseSettings(options.set),
        ...Object.fromEntries(options.unset.map((key) => [key, null])),
      }
      if (Object.keys(patch).length === 0) throw usageError('patch what? Give --set KEY=VALUE, --unset KEY, -p or -f')
      const { client } = await cli.connect(command)
      const before = { ...(await client.config(name)), name }
      const after = Object.fromEntries(
        Object.entries({ ...before, ...patch }).filter((entry): entry is [string, string] => entry[1] !== null),
      )
      const secrets = new SecretKeys(client)
      const hidden = new Set([...(await secrets.of(before)), ...(await secrets.of(after))])
      const changes = maskChanges(configChanges(before, after), hidden)
      await requireValid(client, [after])
      if (options.dryRun !== true && changes.length > 0) {
        await needing('patching', 'Kafka Connect 3.8 or newer; use "penstock apply"', () =>
          client.patchConfig(name, patch),
        )
      }
      const action = changes.length === 0 ? 'unchanged' : options.dryRun === true ? 'change' : 'changed'
      cli
        .printer(command)
        .one({ name, action, changes }, name, () => `${formatChanges(changes, cli.terminal)}${name} ${action}\n`)
    })
}

async function readPatch({ patch, file }: PatchOptions, cli: Cli): Promise<Record<string, string | null>> {
  if (patch !== undefined && file !== undefined) throw usageError('give the patch either by -p or by -f')
  if (patch === undefined && file === undefined) return {}
  const origin = file ?? 'the patch'
  let content: unknown
  try {
    const text = patch ?? (file === '-' ? await cli.terminal.readStdin() : await readFile(file ?? '', 'utf8'))
    content = parse(text)
  } catch (error) {
    throw usageError(
      `${origin} can't be read: ${file === undefined ? 'it is no JSON' : messageOf(error).split('\n')[0]}`,
    )
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw usageError(`${origin} is no merge patch: expected {"key": "value", "another": null}`)
  }
  return Object.fromEntries(
    Object.entries(content).map(([key, value]: [string, unknown]) => {
      if (typeof value === 'object' && value !== null)
        throw usageError(`${origin}: the value of "${key}" must be a text or null`)
      return [key, value === null ? null : String(value)]
    }),
  )
}
