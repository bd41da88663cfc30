/**
 * The bytes of the `connect` group protocol: member metadata (JoinGroup) and assignments (SyncGroup), versions 0 to 2.
 * Compatible with the JVM worker both ways. Version 1 came with KIP-415, version 2 (KIP-507) differs in the number only.
 *
 * Readers accept every version from 0 on and read unknown ones like the latest: fields that a shorter message leaves out
 * take their defaults, bytes that a longer one appends are ignored. Anything else unexpected is a {@link ProtocolError}.
 * @module
 */
import type { Assignment, ConnectorsAndTasks, TaskId, WorkerMetadata } from './assignment.ts'
import { ByteReader, malformed } from './byte-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import type { ConnectProtocol, ProtocolName } from './connect-protocol.ts'
import { offeredProtocols, versionOfProtocol } from './connect-protocol.ts'
import { ProtocolError } from './protocol-error.ts'

/** The task number that stands for the connector instance itself. */
const connectorInstance = -1

/** The protocols to offer in JoinGroup, most wanted first, each with the metadata in its own version. */
export function joinProtocols(
  connectProtocol: ConnectProtocol,
  metadata: Omit<WorkerMetadata, 'version'>,
): { name: ProtocolName; metadata: Buffer }[] {
  return offeredProtocols(connectProtocol).map((name) => ({
    name,
    metadata: encodeMetadata({ ...metadata, version: versionOfProtocol(name) }),
  }))
}

/** Bytes of a member's metadata. Version 0 has no allocation; later ones write the allocation in their own version. */
export function encodeMetadata({ version, url, configOffset, allocation }: WorkerMetadata): Buffer {
  const writer = new ByteWriter()
  writeVersion(writer, version)
  writer.string('url', url).int64('config-offset', configOffset)
  if (version > 0) {
    writer.nullableBytes('allocation', allocation === null ? null : encodeAssignment({ ...allocation, version }))
  }
  return writer.toBuffer()
}

/** Reads a member's metadata. */
export function decodeMetadata(bytes: Uint8Array): WorkerMetadata {
  const reader = new ByteReader(bytes)
  const version = readVersion(reader)
  const url = reader.string('url')
  const configOffset = reader.int64('config-offset')
  const allocation = version === 0 || reader.atEnd ? null : reader.nullableBytes('allocation')
  return { version, url, configOffset, allocation: allocation === null ? null : readAssignment(allocation) }
}

/** Bytes of an assignment in its own version. Version 0 has no place for revocations and a delay: they are left out. */
export function encodeAssignment(assignment: Assignment): Buffer {
  const { version, error, leader, leaderUrl, configOffset, assigned, revoked, delayMs } = assignment
  const writer = new ByteWriter()
  writeVersion(writer, version)
  writer.int16('error', error)
  writer.string('leader', leader).string('leader-url', leaderUrl).int64('config-offset', configOffset)
  writeWork(writer, 'assignment', assigned)
  if (version > 0) {
    writeWork(writer, 'revoked', revoked)
    writer.int32('delay', delayMs)
  }
  return writer.toBuffer()
}

/** Reads an assignment. Connectors and tasks come out in the order of the message. */
export function decodeAssignment(bytes: Uint8Array): Assignment {
  return readAssignment(new ByteReader(bytes))
}

function readAssignment(reader: ByteReader): Assignment {
  const version = readVersion(reader)
  // Any error means that nothing was assigned and the member has to rejoin, also one this version does not know.
  const error = reader.int16('error') === 0 ? 0 : 1
  const leader = reader.string('leader')
  const leaderUrl = reader.string('leader-url')
  const configOffset = reader.int64('config-offset')
  const assigned = reader.atEnd ? nothing() : readWork(reader, 'assignment')
  const revoked = version === 0 || reader.atEnd ? nothing() : readWork(reader, 'revoked')
  const delayMs = version === 0 || reader.atEnd ? 0 : reader.int32('delay')
  return { version, error, leader, leaderUrl, configOffset, assigned, revoked, delayMs }
}

function readVersion(reader: ByteReader): number {
  const version = reader.int16('version')
  if (version < 0) throw malformed(`version ${version} is negative`, reader.offset - 2)
  return version
}

function writeVersion(writer: ByteWriter, version: number): void {
  if (version < 0) {
    throw new ProtocolError('group.unencodable_message', `group message cannot be written in version ${version}`, 0)
  }
  writer.int16('version', version)
}

function nothing(): ConnectorsAndTasks {
  return { connectors: [], tasks: [] }
}

/** One element for each connector, in order of appearance; the instance comes before the tasks. */
function writeWork(writer: ByteWriter, field: string, { connectors, tasks }: ConnectorsAndTasks): void {
  const numbersByConnector = new Map<string, number[]>()
  const add = (connector: string, task: number) => {
    const numbers = numbersByConnector.get(connector)
    if (numbers === undefined) numbersByConnector.set(connector, [task])
    else numbers.push(task)
  }
  for (const connector of connectors) add(connector, connectorInstance)
  for (const { connector, task } of tasks) {
    if (task < 0) {
      const problem = `task number ${task} of ${connector} is negative`
      throw new ProtocolError('group.unencodable_message', `group message cannot be written: ${problem}`, 0)
    }
    add(connector, task)
  }
  writer.int32(field, numbersByConnector.size)
  for (const [connector, numbers] of numbersByConnector) {
    writer.string(`${field}.connector`, connector).int32(`${field}.tasks`, numbers.length)
    for (const number of numbers) writer.int32(`${field}.tasks`, number)
  }
}

function readWork(reader: ByteReader, field: string): ConnectorsAndTasks {
  const connectors: string[] = []
  const tasks: TaskId[] = []
  // The shortest element is an empty name and an empty array of tasks.
  for (let elements = reader.arrayLength(field, 6); elements > 0; elements--) {
    const connector = reader.string(`${field}.connector`)
    for (let numbers = reader.arrayLength(`${field}.tasks`, 4); numbers > 0; numbers--) {
      const task = reader.int32(`${field}.tasks`)
      if (task < connectorInstance) throw malformed(`task number ${task} of ${connector}`, reader.offset - 4)
      if (task === connectorInstance) connectors.push(connector)
      else tasks.push({ connector, task })
    }
  }
  return { connectors, tasks }
}
