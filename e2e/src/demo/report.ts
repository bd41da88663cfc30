/** What the demo prints at its end. */
import { type Cluster, stack } from '../harness/index.ts'
import type { Proof } from './proof.ts'
import type { Stream } from './stream.ts'
import type { TakeOver } from './take-over.ts'
import { textTable } from './text-table.ts'

export function proofTable(streams: readonly Stream[], proofs: readonly Proof[]): string {
  const heads = ['data set', 'records produced', 'documents found', 'dead letters', 'missing', 'duplicated', 'wrong']
  const row = ({ produced, found, deadLetters, missing, duplicated, wrong }: Proof) => [
    produced,
    found,
    deadLetters,
    missing,
    duplicated,
    wrong,
  ]
  const rows = proofs.map((proof, place) => [streams[place]?.dataSet.name ?? '', ...row(proof)])
  return indented(textTable(heads, rows))
}

export function takeOverLines({ runningMs, flowingMs }: TakeOver): string {
  return indented(
    [
      'from the kill (its executors take the dead worker out of the group: nobody waits for its session timeout):',
      `  ${seconds(runningMs)} until all connectors and tasks were RUNNING on the other workers`,
      `  ${seconds(flowingMs)} until a record sent to each partition after the kill was in its index, behind all that was still to be read`,
    ].join('\n'),
  )
}

export function placesToLook(cluster: Cluster, streams: readonly Stream[]): string {
  const urls = cluster.workers.filter(({ responsive }) => responsive).map(({ url }) => url)
  const [url = ''] = urls
  const named = (word: string) => streams.find(({ dataSet }) => dataSet.name === word)?.name
  const search = (word: string, query: string) => {
    const index = named(word)
    return index === undefined ? [] : [`curl -s '${stack.elasticsearch}/${index}/_search?pretty&size=3&${query}'`]
  }
  return indented(
    [
      ...urls.map((worker) => `worker            ${worker}`),
      `console           ${url}/ui/`,
      `metrics           ${url}/metrics`,
      `connectors        ${url}/connectors?expand=status`,
      ...streams.map(({ dataSet, name }) => `${dataSet.name.padEnd(17)} ${url}/connectors/${name}/status`),
      '',
      `PENSTOCK_URL=${url} apps/cli/bin/penstock top`,
      ...search('server-logs', 'q=level:(WARN%20OR%20ERROR)'),
      ...search('movies', 'q=Title:matrix'),
      ...search('earthquakes', 'sort=properties.mag:desc'),
    ].join('\n'),
  )
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '   ')
}
