/** What flows through the demo: real data sets from the package `vega-datasets`. The servers' logs are in log-lines.ts. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { comparableText, type RecordToProduce, type StoredRecord } from '../harness/index.ts'

export interface DataSet {
  /** Beginning of the names of its topic, its index and its connector. */
  readonly name: string
  readonly records: readonly RecordToProduce[]
  /** Keys of its connector beside those that all have. */
  readonly config: Readonly<Record<string, string>>
  /** Fields whose type Elasticsearch would not guess right from the first document. */
  readonly fields: Readonly<Record<string, object>>
  /** Whether a document, as JSON text, is what should have become of the record. */
  holds(document: string, record: StoredRecord): boolean
}

const damagedHeader = 'demo.damaged'

/** Made to be refused: it belongs into the dead letter queue, not into the index. */
export function isDamaged({ headers }: Pick<RecordToProduce, 'headers'>): boolean {
  return headers?.[damagedHeader] !== undefined
}

export async function vegaDataSets(): Promise<DataSet[]> {
  const [flights, earthquakes, movies] = await Promise.all([
    readJson('flights-200k.json') as Promise<object[]>,
    readJson('earthquakes.json') as Promise<{ features: object[] }>,
    readJson('movies.json') as Promise<object[]>,
  ])
  return [
    ofObjects('flights', flights),
    ofObjects('earthquakes', earthquakes.features, {
      properties: {
        properties: {
          time: { type: 'date', format: 'epoch_millis' },
          updated: { type: 'date', format: 'epoch_millis' },
        },
      },
    }),
    withDamage(
      ofObjects('movies', movies, {
        // Some titles are numbers (300, 1941): as text they fit whichever comes first.
        Title: { type: 'text' },
        'Release Date': { type: 'date', format: 'MMM dd yyyy', locale: 'en' },
      }),
    ),
  ]
}

function ofObjects(name: string, rows: readonly object[], fields: Readonly<Record<string, object>> = {}): DataSet {
  return {
    name,
    records: rows.map((row, number) => ({ key: `${name}-${number}`, value: JSON.stringify(row) })),
    config: {},
    fields,
    holds: (document, { value }) => comparableText(document) === comparableText(String(value)),
  }
}

/** Adds, here and there, a record cut off in the middle and one with a date that is none. */
function withDamage(dataSet: DataSet): DataSet {
  const records = dataSet.records.flatMap((record, number) => {
    if (number % 500 !== 250) return [record]
    const value = String(record.value)
    const wrong = number % 1000 === 250 ? value.slice(0, value.length / 2) : dated(value, 'some day')
    return [record, { key: `${record.key}-damaged`, value: wrong, headers: { [damagedHeader]: 'yes' } }]
  })
  return {
    ...dataSet,
    records,
    config: {
      'errors.tolerance': 'all',
      'errors.deadletterqueue.topic.replication.factor': '1',
      'errors.deadletterqueue.context.headers.enable': 'true',
    },
  }
}

function dated(movie: string, date: string): string {
  return JSON.stringify({ ...(JSON.parse(movie) as object), 'Release Date': date })
}

async function readJson(file: string): Promise<unknown> {
  const entry = createRequire(import.meta.url).resolve('vega-datasets')
  return JSON.parse(await readFile(join(dirname(entry), '..', 'data', file), 'utf8'))
}
