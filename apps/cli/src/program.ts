/** All commands of the program. Each is in a file of its own below `commands/`. */
import { Command, Help, Option } from 'commander'
import type { Cli } from './cli.ts'
import { addApply } from './commands/apply.ts'
import { addCompletion } from './commands/completion.ts'
import { addConfig } from './commands/config/index.ts'
import { addCreate } from './commands/create.ts'
import { addDelete } from './commands/delete.ts'
import { addDescribe } from './commands/describe/index.ts'
import { addDiff } from './commands/diff.ts'
import { addDlq } from './commands/dlq/index.ts'
import { addDoctor } from './commands/doctor.ts'
import { addEdit } from './commands/edit.ts'
import { addExport } from './commands/export.ts'
import { addGet } from './commands/get/index.ts'
import { addInit } from './commands/init.ts'
import { addLoggers } from './commands/loggers/index.ts'
import { addLogs } from './commands/logs.ts'
import { addOffsets } from './commands/offsets/index.ts'
import { addPatch } from './commands/patch.ts'
import { addPause } from './commands/pause.ts'
import { addPreview } from './commands/preview.ts'
import { addRestart } from './commands/restart.ts'
import { addResume } from './commands/resume.ts'
import { addStop } from './commands/stop.ts'
import { addTop } from './commands/top.ts'
import { addValidate } from './commands/validate.ts'
import { addVerify } from './commands/verify.ts'
import { addVersion } from './commands/version.ts'
import { addWait } from './commands/wait.ts'
import { exitCodeTable } from './exit-codes.ts'
import { collect, durationOption } from './option-values.ts'
import { outputFormats } from './output/printer.ts'

const defaultRequestTimeoutMs = 90_000
const defaultRetryTimeoutMs = 30_000

const environment = `Environment:
  PENSTOCK_URL          URLs of workers, separated by commas
  PENSTOCK_CONTEXT      the context to use
  PENSTOCK_CONFIG       the file of contexts (~/.config/penstock/config.yaml)
  PENSTOCK_USERNAME, PENSTOCK_PASSWORD, PENSTOCK_PASSWORD_FILE, PENSTOCK_TOKEN, PENSTOCK_TOKEN_FILE,
  PENSTOCK_CA_FILE, PENSTOCK_CERT_FILE, PENSTOCK_KEY_FILE, PENSTOCK_KEY_PASSWORD, PENSTOCK_INSECURE
                        as the keys of a context; they override its own
  NO_COLOR              no colours`

function exitCodesText(): string {
  const lines = exitCodeTable.map(([code, meaning]) => `  ${String(code).padStart(3)}  ${meaning}`)
  return ['Exit codes:', ...lines].join('\n')
}

/** The whole program; what a command throws is thrown by `parseAsync`, also what is wrong with the command line. */
export function createProgram(cli: Cli): Command {
  const program = new Command('penstock')
    .description('Works with clusters of Kafka Connect, Penstock’s and those on the JVM.')
    .exitOverride((error) => {
      throw error
    })
    .configureOutput({ writeOut: (text) => cli.terminal.out(text), writeErr: (text) => cli.terminal.err(text) })
    .configureHelp({ showGlobalOptions: true, optionDescription })
    .showSuggestionAfterError()
    .option('--url <url>', 'URL of a worker; may be given several times', collect, [])
    .option('--context <name>', 'the context to use')
    .addOption(new Option('-o, --output <format>', 'how results are printed').choices(outputFormats).default('table'))
    .addOption(durationOption('--request-timeout <duration>', 'how long one request may take', defaultRequestTimeoutMs))
    .addOption(
      durationOption(
        '--retry-timeout <duration>',
        'how long to try again while workers rebalance',
        defaultRetryTimeoutMs,
      ),
    )
    .addHelpText('after', `\n${environment}\n\n${exitCodesText()}`)
  for (const add of [
    ...[
      addConfig,
      addGet,
      addDescribe,
      addApply,
      addDiff,
      addEdit,
      addPatch,
      addCreate,
      addDelete,
      addPause,
      addResume,
    ],
    ...[
      addStop,
      addRestart,
      addValidate,
      addPreview,
      addVerify,
      addOffsets,
      addDlq,
      addLoggers,
      addLogs,
      addTop,
      addWait,
      addExport,
    ],
    ...[addDoctor, addInit, addCompletion, addVersion],
  ]) {
    add(program, cli)
  }
  return program
}

const help = new Help()

/** That an option which may be given several times begins with none is nothing to tell. */
function optionDescription(option: Option): string {
  return help.optionDescription(option).replace(' (default: [])', '')
}
