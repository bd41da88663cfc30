import type { SourcePlugin } from '@penstock/core'
import { sourceSuite } from '@penstock/core/testing'
import { describe, test } from 'vitest'
import datagen from './index.ts'
import { quickstartNames } from './quickstarts.ts'

describe.each(quickstartNames)('with the records of %s', (quickstart) => {
  const setUp = () => ({ raw: { 'kafka.topic': 'made-up', quickstart, rate: '0' }, records: 20 })
  for (const { name, check } of sourceSuite(datagen as SourcePlugin, setUp)) test(name, check)
})
