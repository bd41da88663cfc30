/** The form of a connector, made from the answer of a validation: groups in order, fields in order, errors at their fields. */
import { type ConfigInfos, type ConfigKeyInfo, type ConnectorConfig, hiddenSecret } from '@penstock/client'
import { keepsSecret } from './config-changes.ts'

export interface FormField {
  readonly name: string
  readonly definition: ConfigKeyInfo
  /** As the config has it; empty when it doesn't. */
  readonly value: string
  readonly recommended: readonly string[]
  readonly errors: readonly string[]
  readonly changed: boolean
  /** A secret that is set and not shown, as long as nobody types another one. */
  readonly keepsSecret: boolean
  /** There is one to go back to. */
  readonly hasStoredSecret: boolean
}

export interface FormGroup {
  readonly name: string
  readonly fields: readonly FormField[]
  /** Of low importance, and as they are by default. */
  readonly more: readonly FormField[]
}

export interface ConnectorForm {
  readonly groups: readonly FormGroup[]
  /** Of fields in order, then of keys without a field. */
  readonly errors: readonly { readonly key: string; readonly message: string }[]
  /** Keys of the config that no plugin declares. */
  readonly others: readonly string[]
}

/** Chosen before the form is there. */
const fixedKeys: ReadonlySet<string> = new Set(['name', 'connector.class'])
const ungrouped = 'Settings of the plugin'

export function connectorForm(infos: ConfigInfos, base: ConnectorConfig, config: ConnectorConfig): ConnectorForm {
  const isNew = Object.keys(base).length === 0 // there is nothing that a value could differ from
  const declared = new Set<string>()
  const grouped = new Map<string, FormField[]>(infos.groups.map((group) => [group, []]))
  const errors: { key: string; message: string }[] = []
  for (const { definition, value } of infos.configs) {
    const name = definition?.name ?? value.name
    declared.add(name)
    errors.push(...value.errors.map((message) => ({ key: name, message })))
    if (definition === null || fixedKeys.has(name)) continue
    const isSet = Object.hasOwn(config, name)
    if (!value.visible && !isSet && value.errors.length === 0) continue
    const group = definition.group ?? ungrouped
    const fields = grouped.get(group) ?? []
    fields.push({
      name,
      definition,
      value: config[name] ?? '',
      recommended: value.recommended_values,
      errors: value.errors,
      changed: !isNew && config[name] !== base[name],
      keepsSecret: keepsSecret(base, config, name),
      hasStoredSecret: base[name] === hiddenSecret,
    })
    grouped.set(group, fields)
  }
  const groups = [...grouped].filter(([, fields]) => fields.length > 0).map(([name, fields]) => split(name, fields))
  const others = Object.keys(config).filter((key) => !declared.has(key) && !fixedKeys.has(key))
  return { groups, errors, others: others.sort() }
}

/** What Kafka Connect gives each connector comes after what the plugin is about. */
export function orderedGroups(groups: readonly FormGroup[]): readonly FormGroup[] {
  const rank = ({ name }: FormGroup): number => {
    if (name === 'Common') return 0
    return /^(Transforms|Predicates|Error Handling|Topic Creation|Exactly Once|offsets\.topic)/.test(name) ? 2 : 1
  }
  return [...groups].sort((a, b) => rank(a) - rank(b))
}

function split(name: string, fields: readonly FormField[]): FormGroup {
  const sorted = [...fields].sort((a, b) => order(a) - order(b))
  const isMore = ({ definition, value, errors, changed }: FormField): boolean =>
    definition.importance === 'LOW' && value === '' && errors.length === 0 && !changed
  return { name, fields: sorted.filter((field) => !isMore(field)), more: sorted.filter(isMore) }
}

/** Those without a place stay where the answer has them, at the end. */
function order({ definition }: FormField): number {
  return definition.order_in_group < 0 ? Number.MAX_SAFE_INTEGER : definition.order_in_group
}
