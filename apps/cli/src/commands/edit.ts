import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectorConfig } from '@penstock/client'
import type { Command } from 'commander'
import { stringify } from 'yaml'
import type { Cli } from '../cli.ts'
import { exitCodes } from '../exit-codes.ts'
import { CliError, usageError } from '../failure.ts'
import { configChanges, formatChanges, maskChanges } from '../manifests/config-diff.ts'
import { parseManifests } from '../manifests/parse-manifests.ts'
import { formatProblems, problemsOf } from '../manifests/validate-configs.ts'
import { masked, SecretKeys, unmask } from '../output/secrets.ts'

export function addEdit(program: Command, cli: Cli): void {
  program
    .command('edit')
    .description(
      'Opens a connector’s config in $VISUAL or $EDITOR, and puts what was saved. An empty or unchanged file changes nothing.',
    )
    .argument('<connector>')
    .action(async (name: string, _options: object, command: Command) => {
      const editor = cli.environment.VISUAL || cli.environment.EDITOR || 'vi'
      const { client } = await cli.connect(command)
      const before = { ...(await client.config(name)), name }
      const secrets = new SecretKeys(client)
      const hidden = await secrets.of(before)
      const folder = await mkdtemp(join(tmpdir(), 'penstock-edit-'))
      const file = join(folder, `${name.replace(/[^\w.-]/g, '_')}.yaml`)
      try {
        let text = header(name) + stringify(masked(before, hidden))
        let isRefused = false
        for (;;) {
          await writeFile(file, text, { mode: 0o600 })
          await openEditor(editor, file)
          const saved = await readFile(file, 'utf8')
          if (withoutComments(saved) === '' || saved === text) {
            cli.note(saved === text ? 'nothing was changed' : 'the file is empty: nothing was changed')
            if (isRefused) cli.exitCode = exitCodes.invalid
            return
          }
          const { config, problems } = await check(saved)
          if (config !== null && problems === '') {
            const changes = maskChanges(
              configChanges(before, config),
              new Set([...hidden, ...(await secrets.of(config))]),
            )
            if (changes.length === 0) {
              cli.note('nothing was changed')
              return
            }
            await client.putConfig(name, config)
            cli
              .printer(command)
              .one(
                { name, action: 'changed', changes },
                name,
                () => `${formatChanges(changes, cli.terminal)}${name} changed\n`,
              )
            return
          }
          isRefused = true
          text = `${asComments(problems)}${saved.replace(/^(#.*\n)*/, '')}`
        }
      } finally {
        await rm(folder, { recursive: true, force: true })
      }

      async function check(saved: string): Promise<{ config: ConnectorConfig | null; problems: string }> {
        try {
          const [manifest, more] = parseManifests(saved, { format: 'yaml', origin: 'the file', defaultName: name })
          if (manifest === undefined || more !== undefined) throw usageError('the file must hold one config')
          if (manifest.name !== name) throw usageError(`the name must stay ${name}: a connector can't be renamed`)
          const { config, left } = unmask(manifest.config, before)
          if (left.length > 0) throw usageError(`${left.join(', ')}: "[hidden]" stands for a value that is not there`)
          return { config, problems: formatProblems(await problemsOf(client, config)) }
        } catch (error) {
          if (!(error instanceof CliError) || error.exitCode !== exitCodes.usage) throw error
          return { config: null, problems: error.message }
        }
      }
    })
}

function header(name: string): string {
  return `# The config of ${name}. Lines that begin with # are left out.\n# [hidden] stands for a secret and leaves it as it is.\n`
}

function asComments(problems: string): string {
  const lines = problems.split('\n').map((line) => `# ${line}\n`)
  return `# Not saved yet. Mend this, or empty the file to give up:\n${lines.join('')}`
}

function withoutComments(text: string): string {
  return text.replace(/^\s*#.*$/gm, '').trim()
}

/** The editor's command may have arguments of its own. Rejects where it ends with a failure. */
async function openEditor(editor: string, file: string): Promise<void> {
  const child = spawn('/bin/sh', ['-c', `${editor} "$1"`, 'penstock', file], { stdio: 'inherit' })
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => {
      if (code === 0) resolve()
      else reject(usageError(`the editor "${editor}" ended with ${code ?? 'a signal'}: set $EDITOR to one that works`))
    })
  })
}
