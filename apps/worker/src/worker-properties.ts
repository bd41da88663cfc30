import { readFile } from 'node:fs/promises'
import { messageOf, parseProperties, type RawConfig } from '@penstock/core'
import { mergeEnvironment } from '@penstock/runtime'
import { UsageError } from './command-line.ts'

/** The worker's configuration: the file, overridden by the environment. */
export async function readWorkerProperties(file: string | null, environment: NodeJS.ProcessEnv): Promise<RawConfig> {
  const fromFile = file === null ? {} : parseProperties(await read(file))
  const brokers = environment.KAFKA_BOOTSTRAP_SERVERS
  const defaults = brokers === undefined || brokers === '' ? {} : { 'bootstrap.servers': brokers }
  return mergeEnvironment({ ...defaults, ...fromFile }, environment)
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw new UsageError(`can't read the worker properties: ${messageOf(error)}`)
  }
}
