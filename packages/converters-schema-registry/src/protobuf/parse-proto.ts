/** Protobuf schemas from their text, with those they import. */
import { createRequire } from 'node:module'
import { DataError, messageOf } from '@penstock/core'
import type protobuf from 'protobufjs'
import type { SchemaSource } from '../registry/schema-registry.ts'
import type { ProtoEnum, ProtoField, ProtoFile, ProtoMessage, ProtoOneof, ProtoScalar } from './proto-model.ts'
import { wellKnownFiles } from './well-known.ts'

/** Loaded when the first schema is read: most workers never see one, and each executor would keep it in memory. */
const library = (): typeof protobuf => createRequire(import.meta.url)('protobufjs')

/** Throws DataError for what is no Protobuf schema. */
export function parseProto({ text, used }: Pick<SchemaSource, 'text' | 'used'>): ProtoFile {
  const { Namespace, parse, Root } = library()
  try {
    const root = new Root()
    const given = new Map(used.map((other) => [other.name, other.text]))
    const imported = new Set<string>()
    addFile(root, text, given, imported)
    // References that nothing imports by their name are still there to be used.
    for (const [name, other] of given) if (!imported.has(name)) addFile(root, other, given, imported)
    root.resolveAll()
    // Parsed on its own too: the root doesn't tell which file a message came from.
    const own = parse(text, new Root(), { keepCase: true })
    const scope = own.package ? own.root.lookup(own.package) : own.root
    const builder = new ModelBuilder()
    const messages = scope instanceof Namespace ? typesOf(scope) : []
    return { messages: messages.map((type) => builder.message(root.lookupType(type.fullName))) }
  } catch (cause) {
    if (cause instanceof DataError) throw cause
    throw new DataError('protobuf.schema', `a Protobuf schema is not valid: ${messageOf(cause)}`, { cause })
  }
}

function addFile(root: protobuf.Root, text: string, given: ReadonlyMap<string, string>, imported: Set<string>): void {
  const { common, parse } = library()
  const { imports = [], weakImports = [] } = parse(text, root, { keepCase: true })
  for (const name of [...imports, ...weakImports]) {
    if (imported.has(name)) continue
    imported.add(name)
    const other = given.get(name) ?? wellKnownFiles[name]
    const known = common.get(name)
    if (other !== undefined) addFile(root, other, given, imported)
    else if (known?.nested) root.addJSON(known.nested)
  }
}

function typesOf(scope: protobuf.Namespace): protobuf.Type[] {
  const { Type } = library()
  return scope.nestedArray.filter((nested) => nested instanceof Type)
}

class ModelBuilder {
  readonly #messages = new Map<protobuf.Type, ProtoMessage>()
  readonly #enums = new Map<protobuf.Enum, ProtoEnum>()

  message(type: protobuf.Type): ProtoMessage {
    const known = this.#messages.get(type)
    if (known !== undefined) return known
    const fields: ProtoField[] = []
    const oneofs: ProtoOneof[] = []
    const nested: ProtoMessage[] = []
    const message: ProtoMessage = { kind: 'message', name: nameOf(type), fields, oneofs, nested }
    // Known before its fields, which may be of it.
    this.#messages.set(type, message)
    const members = new Map<protobuf.OneOf, ProtoField[]>()
    for (const oneof of type.oneofsArray.filter((each) => !each.isProto3Optional)) {
      const own: ProtoField[] = []
      members.set(oneof, own)
      oneofs.push({ name: oneof.name, index: oneofs.length, fields: own })
    }
    for (const field of type.fieldsArray) {
      const own = field.partOf === null ? undefined : members.get(field.partOf)
      const oneof = oneofs.find(({ fields: of }) => of === own) ?? null
      const made = this.#field(field, type, oneof)
      fields.push(made)
      own?.push(made)
    }
    for (const inner of typesOf(type)) nested.push(this.message(inner))
    return message
  }

  #field(field: protobuf.Field, parent: protobuf.Type, oneof: ProtoOneof | null): ProtoField {
    field.resolve()
    if (field.delimited) {
      throw new DataError('protobuf.group', `the field ${field.name} of ${nameOf(parent)} is a group; use a message`)
    }
    const type = this.#typeOf(field)
    const isMap = field instanceof library().MapField
    const isMessage = typeof type !== 'string' && type.kind === 'message'
    const presence = Boolean(field.hasPresence) && !field.repeated && !isMap
    return {
      name: field.name,
      number: field.id,
      type: isMap ? entryOf(field, parent, type) : type,
      repeated: field.repeated || isMap,
      packed: field.packed,
      presence: presence || isMessage,
      saysOptional: presence && !field.required && !isMessage && oneof === null,
      default: field.getOption('default') === undefined ? undefined : field.defaultValue,
      oneof,
      parameters: metaParameters(field),
    }
  }

  #typeOf(field: protobuf.Field): ProtoField['type'] {
    const { resolvedType } = field
    const { Enum, Type } = library()
    if (resolvedType instanceof Type) return this.message(resolvedType)
    if (resolvedType instanceof Enum) return this.#enum(resolvedType)
    return field.type as ProtoScalar
  }

  #enum(of: protobuf.Enum): ProtoEnum {
    let made = this.#enums.get(of)
    if (made === undefined) {
      const values = Object.entries(of.values).map(([name, number]) => ({ name, number }))
      made = { kind: 'enum', name: nameOf(of), values }
      this.#enums.set(of, made)
    }
    return made
  }
}

/** The message that protoc makes of the entries of a map. */
function entryOf(field: protobuf.MapField, parent: protobuf.Type, valueType: ProtoField['type']): ProtoMessage {
  const bare = {
    ...{ repeated: false, packed: false, presence: false, saysOptional: false },
    ...{ default: undefined, oneof: null, parameters: {} },
  }
  const camel = field.name.replace(/(?:^|_)([a-zA-Z0-9])/g, (_, letter: string) => letter.toUpperCase())
  const fields: ProtoField[] = [
    { ...bare, name: 'key', number: 1, type: field.keyType as ProtoScalar },
    { ...bare, name: 'value', number: 2, type: valueType },
  ]
  return { kind: 'message', name: `${nameOf(parent)}.${camel}Entry`, fields, oneofs: [], nested: [] }
}

function nameOf(type: protobuf.ReflectionObject): string {
  return type.fullName.replace(/^\./, '')
}

/** `[(confluent.field_meta) = { params: [{ key: "scale", value: "2" }] }]` */
function metaParameters(field: protobuf.Field): Record<string, string> {
  const options = (field.parsedOptions ?? []) as Record<string, unknown>[]
  const parameters: Record<string, string> = {}
  for (const option of options) {
    const meta = option['(confluent.field_meta)'] as { params?: unknown } | undefined
    const entries = Array.isArray(meta?.params) ? (meta.params as unknown[]) : [meta?.params]
    for (const entry of entries) {
      const { key, value } = (entry ?? {}) as { key?: unknown; value?: unknown }
      if (typeof key === 'string' && value !== undefined) parameters[key] = String(value)
    }
  }
  return parameters
}
