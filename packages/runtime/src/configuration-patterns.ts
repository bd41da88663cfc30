/** Keys that begin or end with a name the user gives, for `docs/configuration.md`. */
/** Of workers. */
export const workerPatterns: Readonly<Record<string, string>> = {
  'producer.…': 'Settings of the producers of connectors.',
  'consumer.…': 'Settings of the consumers of connectors.',
  'admin.…': 'Settings of the administration that connectors need.',
  'key.converter.…': 'Options of the key converter.',
  'value.converter.…': 'Options of the value converter.',
  'header.converter.…': 'Options of the header converter.',
  'config.providers.<name>.class': 'Class or short name of a config provider.',
  'config.providers.<name>.param.…': 'Parameters of a config provider.',
  'config.storage.…': 'Settings of the config topic when it is created.',
  'offset.storage.…': 'Settings of the offset topic when it is created.',
  'status.storage.…': 'Settings of the status topic when it is created.',
  'ssl.…': 'TLS of the worker’s own Kafka clients; of its https listeners too, unless these have keys of their own.',
  'sasl.…': 'Login of the worker’s own Kafka clients.',
  'ssl.client.auth': 'Whether https listeners ask clients for a certificate: none, requested or required.',
  'listeners.https.…': 'TLS of the https listeners: `listeners.https.ssl.keystore.location` …',
  'admin.listeners.https.…': 'TLS of the administrative https listeners.',
  'metrics.context.…': 'Told with every metric and trace, as labels of `target_info`: `metrics.context.team=blue`.',
}

/** Of connectors. */
export const connectorPatterns: Readonly<Record<string, string>> = {
  'producer.override.…': 'Settings of this connector’s producers.',
  'consumer.override.…': 'Settings of this connector’s consumers.',
  'admin.override.…': 'Settings of this connector’s administration.',
  'key.converter.…': 'Options of the key converter, if the connector sets one.',
  'value.converter.…': 'Options of the value converter, if the connector sets one.',
  'header.converter.…': 'Options of the header converter, if the connector sets one.',
  'transforms.<name>.type': 'Class or short name of a transformation.',
  'transforms.<name>.predicate': 'Predicate that says which records it is for.',
  'transforms.<name>.negate': 'Turns the predicate round.',
  'transforms.<name>.…': 'Options of the transformation.',
  'predicates.<name>.type': 'Class or short name of a predicate.',
  'predicates.<name>.…': 'Options of the predicate.',
  'topic.creation.default.partitions':
    'Sources: partitions of topics that are created; needed once any key of topic creation is set.',
  'topic.creation.default.replication.factor':
    'Sources: replicas of topics that are created; needed like the partitions.',
  'topic.creation.<group>.include': 'Sources: regular expressions of the topics that the group is for.',
  'topic.creation.<group>.exclude': 'Sources: regular expressions of topics that it is not for.',
  'topic.creation.<group>.partitions': 'Sources: partitions of its topics.',
  'topic.creation.<group>.replication.factor': 'Sources: replicas of its topics.',
  'topic.creation.<group>.…': 'Sources: settings of its topics.',
}
