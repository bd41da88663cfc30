/** Documents that are being rebuilt. Only what is changed is opened; all else stays the value it was. @module */
import { type Schema, type SchemaOptions, Struct, type StructSchema } from '@penstock/core'
import { type Fields, isMap, kept, setMember, structSchema } from '../fields.ts'

/** A value that was not opened. Without a schema as JSON has it. */
export interface Leaf {
  readonly schema: Schema | null
  readonly value: unknown
}

export type Path = readonly [string, ...string[]]

/**
 * An object whose members can be put and taken. Its members with a schema depend on the schema alone, never on values:
 * those of a struct that is null are there too, as nulls. So structs of one schema become structs of one schema.
 */
export class Branch {
  readonly members = new Map<string, Branch | Leaf>()
  /** What the struct's schema had beside its fields; null for an object that was made here. */
  readonly options: SchemaOptions | null
  /** The struct was null. */
  readonly absent: boolean

  constructor(options: SchemaOptions | null = null, absent = false) {
    this.options = options
    this.absent = absent
  }

  /** The member, opened if it is an object; undefined where there is none. */
  open(name: string): Branch | Leaf | undefined {
    const member = this.members.get(name)
    if (member === undefined || member instanceof Branch) return member
    const opened = opensTo(member)
    if (opened === null) return member
    this.members.set(name, opened)
    return opened
  }

  /** What is at a path, undefined where there is nothing. */
  find(path: Path): Branch | Leaf | undefined {
    let current: Branch | Leaf | undefined = this
    for (const step of path) {
      if (!(current instanceof Branch)) return undefined
      current = current.open(step)
    }
    return current
  }

  /** Takes what is at a path out, and objects that are left empty by that. */
  take(path: Path, depth = 0): Branch | Leaf | undefined {
    const name = path[depth] as string
    if (depth === path.length - 1) {
      const taken = this.members.get(name)
      if (taken !== undefined) this.members.delete(name)
      return taken
    }
    const child = this.open(name)
    if (!(child instanceof Branch)) return undefined
    const taken = child.take(path, depth + 1)
    if (taken !== undefined && child.members.size === 0) this.members.delete(name)
    return taken
  }
}

/** The object that a leaf holds, opened; null for a leaf that holds none. */
export function opensTo({ schema, value }: Leaf): Branch | null {
  if (schema === null) return isMap(value) ? openedMap(value) : null
  return schema.type === 'STRUCT' ? openedStruct(schema, value instanceof Struct ? value : null) : null
}

export function openedMap(map: Fields): Branch {
  const branch = new Branch()
  for (const name of Object.keys(map)) branch.members.set(name, { schema: null, value: map[name] })
  return branch
}

/** Fields of an optional struct become optional, and lose their defaults, which hold only where the struct is there. */
export function openedStruct(schema: StructSchema, struct: Struct | null): Branch {
  const branch = new Branch({ ...kept(schema), optional: schema.optional }, struct === null)
  for (const { name, schema: own } of schema.fields) {
    if (!schema.optional) {
      branch.members.set(name, { schema: own, value: struct?.getWithoutDefault(name) ?? null })
      continue
    }
    const { default: _default, ...rest } = own
    branch.members.set(name, { schema: { ...rest, optional: true }, value: struct?.get(name) ?? null })
  }
  return branch
}

export function toMap(branch: Branch): Fields {
  const map: Fields = {}
  for (const [name, member] of branch.members) {
    setMember(map, name, member instanceof Branch ? toMap(member) : member.value)
  }
  return map
}

/** The schema of a branch of members with schemas; objects that were made here are optional. */
export function schemaOf(branch: Branch): StructSchema {
  const fields = [...branch.members].map(
    ([name, member]) => [name, member instanceof Branch ? schemaOf(member) : (member.schema as Schema)] as const,
  )
  return structSchema(fields, branch.options ?? { optional: true })
}

/** The struct of a branch, by the schema that {@link schemaOf} makes of it. */
export function toStruct(branch: Branch, schema: StructSchema): Struct {
  const values = new Map<string, unknown>()
  for (const field of schema.fields) {
    const member = branch.members.get(field.name)
    if (!(member instanceof Branch)) values.set(field.name, member?.value ?? null)
    else if (isNull(member)) values.set(field.name, null)
    else values.set(field.name, toStruct(member, field.schema as StructSchema))
  }
  return new Struct(schema, values)
}

/** An optional object that was null, or that was made here, stays null unless something is in it. */
function isNull(branch: Branch): boolean {
  if (!branch.absent && branch.options !== null) return false
  if (branch.options !== null && branch.options.optional !== true) return false
  for (const member of branch.members.values()) {
    if (member instanceof Branch ? !isNull(member) : member.value !== null) return false
  }
  return true
}
