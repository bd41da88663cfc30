import type { ConnectProtocolVersion } from './assignment.ts'
import { ProtocolError } from './protocol-error.ts'

/** Values of the worker's `connect.protocol` setting. */
export type ConnectProtocol = 'eager' | 'compatible' | 'sessioned'

/** Names under which the levels are offered to the broker. */
export type ProtocolName = 'default' | 'compatible' | 'sessioned'

const versionsByName: Readonly<Record<ProtocolName, ConnectProtocolVersion>> = {
  default: 0,
  compatible: 1,
  sessioned: 2,
}

/** Names by version, for lookups: `protocolNames[2]` is the name of version 2. */
const protocolNames = ['default', 'compatible', 'sessioned'] as const
const connectProtocols = ['eager', 'compatible', 'sessioned'] as const

/** The version that goes with a protocol name. */
export function versionOfProtocol(name: ProtocolName): ConnectProtocolVersion {
  return versionsByName[name]
}

/** The behaviour that goes with a version, in the words of `connect.protocol`. */
export function connectProtocolOf(version: ConnectProtocolVersion): ConnectProtocol {
  return connectProtocols[version]
}

/** The names a worker offers, most wanted first. The broker picks one that every member offers. */
export function offeredProtocols(connectProtocol: ConnectProtocol): readonly ProtocolName[] {
  return protocolNames.slice(0, connectProtocols.indexOf(connectProtocol) + 1).reverse()
}

/** Reads the name the broker has picked; workers match it regardless of case. */
export function parseProtocolName(text: string): ProtocolName {
  const name = protocolNames.find((candidate) => candidate === text.toLowerCase())
  if (name === undefined) {
    throw new ProtocolError('group.unknown_protocol', `the group runs the unknown protocol "${text}"`, 0)
  }
  return name
}
