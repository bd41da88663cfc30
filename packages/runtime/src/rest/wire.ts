/** The shapes of the REST API, spelled as Kafka Connect spells them, made from what the herder tells in camelCase. */
import type { RawConfig } from '@penstock/core'
import type { ConnectorInfo, ConnectorStatusView, StatusView } from '../herder/herder.ts'
import type { ConfigInfos, KeyInfo, PluginDescription } from '../plugins/description.ts'
import type { LoggerLevel } from '../telemetry/log-levels.ts'

export function serverInfoToWire(info: { version: string; commit: string; kafkaClusterId: string }) {
  return { version: info.version, commit: info.commit, kafka_cluster_id: info.kafkaClusterId }
}

export function connectorInfoToWire({ name, config, tasks, type }: ConnectorInfo) {
  const sorted = [...tasks].sort((a, b) => a.task - b.task)
  return { name, config, tasks: sorted.map(({ connector, task }) => ({ connector, task })), type }
}

export function connectorStatusToWire({ name, connector, tasks, type }: ConnectorStatusView) {
  const sorted = [...tasks].sort((a, b) => a.task - b.task)
  return {
    name,
    connector: statusToWire(connector),
    tasks: sorted.map((status) => taskStatusToWire(status.task, status)),
    type,
  }
}

export function taskStatusToWire(task: number, status: StatusView<string>) {
  return { id: task, ...statusToWire(status) }
}

function statusToWire({ state, workerId, version, trace }: StatusView<string>) {
  const shown = { state, worker_id: workerId, version }
  return trace === null || trace === '' ? shown : { ...shown, trace }
}

export function taskConfigToWire({ id, config }: { id: { connector: string; task: number }; config: RawConfig }) {
  return { id: { connector: id.connector, task: id.task }, config }
}

const listingOrder = ['sink', 'source', 'transformation', 'predicate', 'converter', 'header_converter'] as const

export function loggerToWire({ level, lastModified }: LoggerLevel) {
  return { level: level.toUpperCase(), last_modified: lastModified }
}

/** Plugins in the order of Kafka Connect: by type, class and version; converters that do for headers are listed as both. */
export function pluginsToWire(plugins: readonly PluginDescription[], options: { connectorsOnly: boolean }) {
  const listed = plugins.flatMap((plugin) => {
    const both = plugin.kind === 'converter' && plugin.usableForHeaders
    const types: readonly string[] = both ? ['converter', 'header_converter'] : [plugin.kind]
    return types.map((type) => ({ class: plugin.class, type, version: plugin.version }))
  })
  return listingOrder
    .filter((type) => !options.connectorsOnly || type === 'sink' || type === 'source')
    .flatMap((type) => listed.filter((plugin) => plugin.type === type))
}

export function keyInfoToWire(key: KeyInfo) {
  return {
    name: key.name,
    type: key.type,
    required: key.required,
    default_value: key.defaultValue,
    importance: key.importance.toUpperCase(),
    documentation: key.documentation,
    group: key.group,
    order_in_group: key.orderInGroup,
    width: key.width.toUpperCase(),
    display_name: key.displayName,
    dependents: key.dependents,
  }
}

export function configInfosToWire({ name, errorCount, groups, configs }: ConfigInfos) {
  return {
    name,
    error_count: errorCount,
    groups,
    configs: configs.map(({ definition, value }) => ({
      definition: definition === null ? null : keyInfoToWire(definition),
      value: {
        name: value.name,
        value: value.value,
        recommended_values: value.recommendedValues,
        errors: value.errors,
        visible: value.visible,
      },
    })),
  }
}
