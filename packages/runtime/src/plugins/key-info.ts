import { type KeyDefinition, type KeyDefinitions, showValue } from '@penstock/core'
import type { KeyInfo } from './description.ts'

/** Keys as REST shows them, in the order of their declaration; internal ones are left out. */
export function keyInfos(keys: KeyDefinitions): KeyInfo[] {
  return Object.entries(keys)
    .filter(([, definition]) => !definition.internal)
    .map(([name, definition]) => keyInfo(name, definition))
}

export function keyInfo(name: string, definition: KeyDefinition<unknown>): KeyInfo {
  return {
    name,
    type: definition.type,
    required: definition.default === undefined,
    defaultValue: showValue(definition, definition.default),
    importance: definition.importance,
    documentation: definition.doc,
    group: definition.group,
    orderInGroup: definition.orderInGroup,
    width: definition.width,
    displayName: definition.displayName ?? name,
    dependents: definition.dependents,
  }
}
