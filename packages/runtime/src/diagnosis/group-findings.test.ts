import { expect, test } from 'vitest'
import { groupFindings } from './group-findings.ts'
import type { GroupView } from './kafka-view.ts'
import type { Right } from './rights.ts'

const group: GroupView = { protocolType: 'connect', state: 'Stable', members: 2, rights: new Set<Right>(['READ']) }

test.each([
  [group, 'ok', '2 workers, Stable'],
  [{ ...group, protocolType: '', members: 0, state: 'Dead' }, 'ok', 'no worker is in it'],
  [{ ...group, protocolType: 'consumer' }, 'failed', 'speak the protocol "consumer"'],
  [{ ...group, rights: new Set<Right>() }, 'failed', 'may not READ the group'],
  ['GROUP_AUTHORIZATION_FAILED', 'failed', 'GROUP_AUTHORIZATION_FAILED'],
] as const)('%j is %s', (seen, status, message) => {
  expect(groupFindings('workers', seen)).toMatchObject([{ status, message: expect.stringContaining(message) }])
})
