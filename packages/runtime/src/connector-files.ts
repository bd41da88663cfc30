/** The files with connectors that a standalone worker is started with. */
import { readFile } from 'node:fs/promises'
import { ConnectError, codeOf, messageOf, parseProperties } from '@penstock/core'
import type { InitialConnector } from './herder/standalone-herder.ts'
import { MalformedBody, readConfig, readCreateRequest } from './rest/bodies.ts'
import { withName } from './rest/connector-name.ts'

/** Reads the files; each holds one connector. Rejects with an error that names the first file that can't be used. */
export async function readConnectorFiles(files: readonly string[]): Promise<InitialConnector[]> {
  const connectors: InitialConnector[] = []
  for (const file of files) {
    const connector = parseConnectorFile(await read(file), file)
    const same = connectors.find(({ name }) => name === connector.name)
    if (same !== undefined) throw unusable(file, `connector ${connector.name} is in ${same.origin} already`)
    connectors.push(connector)
  }
  return connectors
}

/**
 * A JSON object of `name`, `config` and `initial_state` as `POST /connectors` takes it, a JSON object that is a config,
 * or Java properties. Only the content tells which; the name of the file is for error texts.
 */
export function parseConnectorFile(bytes: Buffer, file: string): InitialConnector {
  try {
    const text = decode(bytes)
    const { name, config, initialState } = text.trimStart().startsWith('{')
      ? parseJsonFile(text)
      : { name: null, config: parseProperties(text), initialState: null }
    const known = (name ?? config.name ?? '').trim()
    if (known === '') throw new MalformedBody('it has no "name", which every connector needs')
    return { name: known, config: withName(known, config), initialState, origin: file }
  } catch (error) {
    throw unusable(file, error instanceof MalformedBody ? error.problem : messageOf(error))
  }
}

type Parsed = Pick<InitialConnector, 'config' | 'initialState'> & { readonly name: string | null }

function parseJsonFile(text: string): Parsed {
  const bytes = Buffer.from(text)
  if (!hasConfigObject(text)) return { name: null, config: readConfig(bytes), initialState: null }
  const { name, config, initialState } = readCreateRequest(bytes)
  return { name: name === '' ? null : name, config, initialState }
}

/** A config has nothing but texts; `config` with an object tells that the connector's config is in there. */
function hasConfigObject(text: string): boolean {
  try {
    const { config } = JSON.parse(text) as { config?: unknown }
    return typeof config === 'object' && config !== null
  } catch {
    return false // what is wrong is found by whoever reads the config
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new MalformedBody('it is no UTF-8')
  }
}

async function read(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw unusable(file, codeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error))
  }
}

function unusable(file: string, problem: string): ConnectError {
  return new ConnectError('standalone.connector_file', `the connector file ${file} can't be used: ${problem}`)
}
