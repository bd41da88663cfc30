import { type Finding, found, ok } from './finding.ts'
import type { GroupView } from './kafka-view.ts'

const ownProtocol = 'connect'

/** Whether the workers' group can be joined; `group` is a text where it can't be looked at. */
export function groupFindings(groupId: string, group: GroupView | string): Finding[] {
  const subject = `group ${groupId}`
  if (typeof group === 'string') {
    return [
      found(
        'failed',
        'group',
        subject,
        `it can't be looked at: ${group}`,
        'allow DESCRIBE and READ on the group, and check that its coordinator runs',
      ),
    ]
  }
  const { protocolType, state, members, rights } = group
  if (protocolType !== '' && protocolType !== ownProtocol) {
    return [
      found(
        'failed',
        'group',
        subject,
        `its ${members} members speak the protocol "${protocolType}", workers speak "${ownProtocol}"`,
        'give the workers a group.id that no consumers use',
      ),
    ]
  }
  if (rights !== null && !rights.has('READ')) {
    return [
      found(
        'failed',
        'rights',
        subject,
        'this user may not READ the group, which joining it needs',
        `kafka-acls.sh --add --allow-principal User:… --operation read --group ${groupId}`,
      ),
    ]
  }
  if (members === 0) return [ok('group', subject, 'no worker is in it at present')]
  return [ok('group', subject, `${members} workers, ${state}`)]
}
