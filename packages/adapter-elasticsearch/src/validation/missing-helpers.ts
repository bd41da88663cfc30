/** Whether the pipelines and scripts that documents need are there. */
import type { ConfigProblem } from '@penstock/core'
import type { ElasticsearchSinkConfig } from '../config/config.ts'
import type { Answer, ElasticsearchRequest } from '../connection/client.ts'
import { pipelinesOf } from '../documents/routing.ts'

/** Only what the cluster says is missing is a problem: the right to look at it is not needed to use it. */
export async function missingHelpers(
  config: ElasticsearchSinkConfig,
  urls: string,
  ask: (request: ElasticsearchRequest) => Promise<Answer>,
): Promise<ConfigProblem[]> {
  const isMissing = async (path: string): Promise<boolean> => (await ask({ method: 'GET', path })).status === 404
  const problems: ConfigProblem[] = []
  for (const pipeline of pipelinesOf(config)) {
    if (!(await isMissing(`/_ingest/pipeline/${encodeURIComponent(pipeline)}`))) continue
    const key = config['ingest.pipeline'] === pipeline ? 'ingest.pipeline' : 'topic.ingest.pipeline.map'
    problems.push({
      key,
      message: `The ingest pipeline ${pipeline} does not exist at ${urls}; create it, or mend ${key}.`,
    })
  }
  const script = config['script.id']
  if (script !== '' && (await isMissing(`/_scripts/${encodeURIComponent(script)}`))) {
    problems.push({
      key: 'script.id',
      message: `The stored script ${script} does not exist at ${urls}; create it, or give script.source instead.`,
    })
  }
  return problems
}
