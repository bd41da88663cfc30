/** The logs of the servers that the demo runs on, parsed on their way by the transformation ReplaceWithRegex. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type StoredRecord, stack } from '../harness/index.ts'
import type { DataSet } from './data-sets.ts'

/** One pattern for each way to write a line; what none of them matches stays text in the field `message`. */
const patternsByFormat = {
  kafka: String.raw`^\[(?<timestamp>[0-9 ,:-]+)\] (?<level>[A-Z]+) (?<message>.*) \((?<logger>[\w.$]+)\)$`,
  elasticsearch: String.raw`^\[(?<timestamp>[0-9T,:-]+)\]\[(?<level>[A-Z]+) *\]\[(?<logger>[\w.$]+) *\] (?<message>.*)$`,
  'elasticsearch-json': String.raw`^\{"@timestamp":"(?<timestamp>[^"]+)", *"log.level": *"(?<level>[A-Z]+)", *"message":"(?<message>[^"]*)".*"log.logger":"(?<logger>[^"]+)".*$`,
}

/** undefined where somebody else runs the servers: their logs are out of reach. */
export async function logLines(): Promise<DataSet | undefined> {
  const folder = stack.logs
  if (!folder) return undefined
  const files = (await readdir(folder)).filter((file) => file.endsWith('.log'))
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  const lines = texts.flatMap((text) => text.split('\n').filter((line) => line !== ''))
  return {
    name: 'server-logs',
    records: lines.map((value) => ({ value })),
    config: {
      'value.converter': 'org.apache.kafka.connect.storage.StringConverter',
      transforms: Object.keys(patternsByFormat).join(','),
      ...Object.assign({}, ...Object.entries(patternsByFormat).map(parsing)),
    },
    fields: { timestamp: { type: 'date', format: 'epoch_millis' }, logger: { type: 'keyword' } },
    holds,
  }
}

/** The first transformation makes an object of the text; the others look again at the message that is left. */
function parsing([format, regex]: [string, string], place: number): Record<string, string> {
  return {
    [`transforms.${format}.type`]: 'ReplaceWithRegex$Value',
    ...(place === 0
      ? { [`transforms.${format}.target.field`]: 'message' }
      : { [`transforms.${format}.field`]: 'message' }),
    [`transforms.${format}.regex`]: regex,
    [`transforms.${format}.convert`]: 'timestamp:timestamp',
    [`transforms.${format}.on.mismatch`]: 'keep',
  }
}

/** Each part that was found must come from the line, and a line in one of the formats must have been parsed. */
function holds(document: string, { value }: StoredRecord): boolean {
  const line = String(value)
  const { message, level, logger, timestamp } = JSON.parse(document) as Record<string, unknown>
  if (level === undefined)
    return message === line && !Object.values(patternsByFormat).some((regex) => line.match(regex))
  return [message, level, logger].every((part) => line.includes(String(part))) && typeof timestamp === 'number'
}
