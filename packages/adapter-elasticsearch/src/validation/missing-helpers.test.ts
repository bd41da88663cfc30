import { expect, test } from 'vitest'
import { config } from '../config/config.ts'
import { missingHelpers } from './missing-helpers.ts'

const check = async (raw: Record<string, string>, statuses: Record<string, number>) => {
  const parsed = config.parse({ 'connection.url': 'http://es', ...raw })
  const problems = await missingHelpers(parsed, 'http://es', async ({ path }) => {
    return { status: statuses[path] ?? 200, body: Buffer.alloc(0), retryAfterMs: 0 }
  })
  return problems.map(({ key, message }) => `${key}: ${message}`)
}

test('pipelines and scripts that are not there are named with their keys', async () => {
  const pipelines = { 'ingest.pipeline': 'a/b', 'topic.ingest.pipeline.map': 't:there,u:gone,v:_none' }
  expect(await check(pipelines, { '/_ingest/pipeline/a%2Fb': 404, '/_ingest/pipeline/gone': 404 })).toEqual([
    'ingest.pipeline: The ingest pipeline a/b does not exist at http://es; create it, or mend ingest.pipeline.',
    'topic.ingest.pipeline.map: The ingest pipeline gone does not exist at http://es; create it, or mend topic.ingest.pipeline.map.',
  ])
  expect(await check({ 'write.method': 'script', 'script.id': 's' }, { '/_scripts/s': 404 })).toEqual([
    'script.id: The stored script s does not exist at http://es; create it, or give script.source instead.',
  ])
})

test('no right to look is no problem', async () => {
  expect(await check({ 'ingest.pipeline': 'p' }, { '/_ingest/pipeline/p': 403 })).toEqual([])
})
