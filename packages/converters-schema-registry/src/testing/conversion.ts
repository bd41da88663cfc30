/** Conversions with a registry in memory, as the framework makes them: prepared first. */
import { configDef, Decimal, type RawConfig, type SchemaAndValue, Struct } from '@penstock/core'
import { registryKeys } from '../registry/config.ts'
import type { SchemaFormat } from '../schema-format.ts'
import { SchemaRegistryConverter } from '../schema-registry-converter.ts'
import { MemoryRegistry } from './memory-registry.ts'

export class Conversion {
  readonly registry: MemoryRegistry
  readonly converter: SchemaRegistryConverter
  /** Milliseconds; moved on by tests. */
  now = 0

  constructor(format: SchemaFormat, raw: RawConfig = {}, registry = new MemoryRegistry()) {
    const config = configDef(registryKeys).parse({ 'schema.registry.url': 'http://registry:8081', ...raw })
    this.registry = registry
    this.converter = new SchemaRegistryConverter({ registry, format, config, usage: 'value', now: () => this.now })
  }

  async write({ schema, value }: SchemaAndValue, topic = 'orders'): Promise<Buffer | null> {
    await this.converter.prepareFromConnect(topic, schema, value)
    return this.converter.fromConnectData(topic, schema, value)
  }

  async read(bytes: Uint8Array | null, topic = 'orders'): Promise<SchemaAndValue> {
    await this.converter.prepareToConnect(topic, bytes)
    return this.converter.toConnectData(topic, bytes)
  }

  /** The schema that was registered last. */
  get registered(): string {
    for (let id = 1; ; id++) {
      try {
        this.registry.text(id + 1)
      } catch {
        return this.registry.text(id)
      }
    }
  }
}

/** A value that test frameworks can compare and show: structs keep theirs private. */
export function plain(value: unknown): unknown {
  if (value instanceof Struct) {
    return Object.fromEntries(value.schema.fields.map(({ name }) => [name, plain(value.getWithoutDefault(name))]))
  }
  if (value instanceof Decimal) return { decimal: value.toString(), scale: value.scale }
  if (value instanceof Date) return { date: value.getTime() }
  if (value instanceof Uint8Array) return { bytes: Buffer.from(value).toString('hex') }
  if (value instanceof Map) return { entries: [...value].map(([key, item]) => [plain(key), plain(item)]) }
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]))
  }
  return value
}
