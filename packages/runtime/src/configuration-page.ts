/** Writes `docs/configuration.md` from the declarations: `configuration-page.test.ts` keeps the file up to date. */
import type { KeyDefinition, KeyDefinitions } from '@penstock/core'
import { sinkConnectorConfig, sourceConnectorConfig } from './config/connector-keys.ts'
import { ineffectiveKeys } from './config/ineffective-keys.ts'
import { standaloneConfig, workerConfig } from './config/worker-config.ts'
import { connectorPatterns, workerPatterns } from './configuration-patterns.ts'
import { type ClientKey, clientKeys, isSharedClientKey } from './kafka/client-keys.ts'
import { markdownTable } from './markdown-table.ts'

export function configurationPage(): string {
  const distributed = Object.keys(workerConfig.keys)
  const standalone = Object.keys(standaloneConfig.keys)
  const sink = Object.keys(sinkConnectorConfig.keys)
  const source = Object.keys(sourceConnectorConfig.keys)
  return [
    intro,
    '## Workers of either kind\n',
    declaredTable(
      pick(
        workerConfig.keys,
        distributed.filter((key) => standalone.includes(key)),
      ),
    ),
    '\nKeys that begin with a name:\n',
    patternTable(workerPatterns),
    '\n## Distributed workers\n',
    declaredTable(
      pick(
        workerConfig.keys,
        distributed.filter((key) => !standalone.includes(key)),
      ),
    ),
    '\n## Standalone workers\n',
    declaredTable(
      pick(
        standaloneConfig.keys,
        standalone.filter((key) => !distributed.includes(key)),
      ),
    ),
    '\n## Connectors of either kind\n',
    declaredTable(
      pick(
        sinkConnectorConfig.keys,
        sink.filter((key) => source.includes(key)),
      ),
    ),
    '\nKeys that begin with a name:\n',
    patternTable(connectorPatterns),
    '\n## Sink connectors\n',
    declaredTable(
      pick(
        sinkConnectorConfig.keys,
        sink.filter((key) => !source.includes(key)),
      ),
    ),
    '\n## Source connectors\n',
    declaredTable(
      pick(
        sourceConnectorConfig.keys,
        source.filter((key) => !sink.includes(key)),
      ),
    ),
    clients,
    clientTable(),
    '',
  ].join('\n')
}

function pick(definitions: KeyDefinitions, keys: readonly string[]): [string, KeyDefinition][] {
  return keys.map((key) => [key, definitions[key] as KeyDefinition])
}

function declaredTable(rows: readonly [string, KeyDefinition][]): string {
  const cells = rows
    .filter(([, { internal }]) => !internal)
    .map(([key, { type, default: fallback, doc }]) => {
      const [status, meaning] = statusOf(key, doc)
      return [`\`${key}\``, type.toLowerCase(), defaultText(fallback), status, meaning]
    })
  return markdownTable([['Key', 'Type', 'Default', 'Status', 'Meaning'], ...cells])
}

function statusOf(key: string, doc: string): [string, string] {
  const reason = ineffectiveKeys[key]
  if (reason !== undefined) return ['no effect', `Accepted for the sake of existing files: ${reason}.`]
  return isSharedClientKey(key) ? ['mapped', `${doc} See [Kafka clients](#kafka-clients).`] : ['supported', doc]
}

function defaultText(fallback: unknown): string {
  if (fallback === undefined) return 'required'
  if (fallback === null) return ''
  if (Array.isArray(fallback)) return fallback.length === 0 ? '' : `\`${fallback.join(',')}\``
  return fallback === '' ? '' : `\`${fallback}\``
}

function patternTable(patterns: Readonly<Record<string, string>>): string {
  const cells = Object.entries(patterns).map(([key, meaning]) => [`\`${key}\``, 'supported', meaning])
  return markdownTable([['Key', 'Status', 'Meaning'], ...cells])
}

function clientTable(): string {
  const cells = Object.entries(clientKeys).map(([key, row]) => [
    `\`${key}\``,
    row.clients.length === 3 ? 'all' : row.clients.join(', '),
    ...recordsCells(row),
    row.protocolClient ?? '',
  ])
  return markdownTable([['Key', 'Clients', 'Status', 'For records', 'For membership and administration'], ...cells])
}

function recordsCells({ handling, clients }: ClientKey): [string, string] {
  // Administration is all by the other client.
  const same = clients.includes('consumer') || clients.includes('producer') ? 'the same' : ''
  switch (handling.kind) {
    case 'same':
      return ['supported', same]
    case 'renamed':
      return ['mapped', `\`${handling.to}\``]
    case 'converted':
      return ['mapped', handling.note]
    case 'unused':
      return ['no effect', handling.note]
    case 'ignored':
      return ['ignored with a warning', handling.note]
    case 'refused':
      return ['refused', handling.note]
  }
}

const intro = `# Configuration

<!-- Written by packages/runtime/src/configuration-page.ts; \`vitest run --project unit configuration-page -u\` writes it anew. -->

Every key of Kafka Connect 4.3's workers and connectors and of its Kafka clients, and the few of Penstock's own. What
connectors, converters and transformations have beside is on their own pages.

Status says what becomes of a key: _supported_ does what it does in Kafka Connect, _mapped_ is handed to the client
libraries under the name or in the form they know, _no effect_ is accepted because nothing depends on it here, _ignored
with a warning_ can't be done and is left out, _refused_ can't be done and would change security: the worker or the
connector doesn't start and says why. Unknown keys of a worker are named in one warning when it starts.

Workers read a properties file and the environment: \`CONNECT_GROUP_ID\` is \`group.id\`.
`

const clients = `
## Kafka clients

Without a prefix a client key is for the worker's own clients: its group, its topics, and the administration that its
connectors need. \`producer.\`, \`consumer.\` and \`admin.\` are for the clients of connectors, and a connector's
\`producer.override.\`, \`consumer.override.\` and \`admin.override.\` for its own, as far as
\`connector.client.config.override.policy\` allows. Security is not inherited by producers and consumers: say it again
with their prefix.

Two libraries talk to Kafka. Records go through librdkafka, whose own keys (\`ssl.ca.location\`, \`sasl.username\`,
\`queued.min.messages\` …) are accepted beside those of the Java clients; membership and administration go through a
client for the bare protocol. A number beyond what librdkafka takes becomes the nearest it takes, with a warning; other
values it doesn't know are refused, as are Kerberos and Java's own JKS stores (\`keytool -importkeystore … -deststoretype
PKCS12\` converts them). Without a truststore, records trust what OpenSSL trusts on the machine, the protocol client what
Node does: \`NODE_EXTRA_CA_CERTS\` and \`NODE_USE_SYSTEM_CA=1\` add to that.
`
