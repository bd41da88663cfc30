import {
  type ConfigProblem,
  type KeyDefinition,
  type KeyDefinitions,
  key,
  messageOf,
  type Plugin,
  type RawConfig,
} from '@penstock/core'
import type { ConverterUsage } from '../config/converter-properties.ts'
import type { PluginRegistry } from './registry.ts'
import type { NestedKeys } from './validation-result.ts'

/** Keys of every transformation that `transforms` names: what Connect asks of all, then the transformation's own. */
export function transformationKeys(raw: RawConfig, registry: PluginRegistry): NestedKeys {
  const predicates = aliasesOf(raw, 'predicates')
  return joined(
    aliasesOf(raw, 'transforms').map((alias) => {
      const prefix = `transforms.${alias}.`
      const group = `Transforms: ${alias}`
      const found = findNested(registry, 'transformation', raw[`${prefix}type`])
      return {
        keys: {
          ...typeKey(
            `${prefix}type`,
            group,
            `Transformation type for ${alias}`,
            registry.classNames('transformation'),
            found,
          ),
          [`${prefix}predicate`]: key.string({
            default: null,
            importance: 'medium',
            doc: 'Name of the predicate that decides whether the transformation applies; without one it always does.',
            group,
            orderInGroup: 1,
            recommended: predicates,
            check: (name) =>
              predicates.includes(name)
                ? undefined
                : `Predicate '${name}' is not among the predicates (${predicates.join(',')})`,
          }),
          [`${prefix}negate`]: key.boolean({
            default: false,
            importance: 'medium',
            doc: 'Whether the transformation applies where the predicate does not hold.',
            group,
            orderInGroup: 2,
          }),
          ...embedded(prefix, group, 3, found.plugin),
        },
        problems: negateProblems(prefix, raw),
        countsKeys: false,
      }
    }),
  )
}

/** Keys of every predicate that `predicates` names. */
export function predicateKeys(raw: RawConfig, registry: PluginRegistry): NestedKeys {
  return joined(
    aliasesOf(raw, 'predicates').map((alias) => {
      const prefix = `predicates.${alias}.`
      const group = `Predicates: ${alias}`
      const found = findNested(registry, 'predicate', raw[`${prefix}type`])
      return {
        keys: {
          ...typeKey(`${prefix}type`, group, `Predicate type for ${alias}`, registry.classNames('predicate'), found),
          ...embedded(prefix, group, 1, found.plugin),
        },
        problems: [],
        countsKeys: false,
      }
    }),
  )
}

/** Options of a converter, where the connector names one; the worker's own were checked when it started. */
export function converterKeys(usage: ConverterUsage, raw: RawConfig, registry: PluginRegistry): NestedKeys {
  const classKey = `${usage}.converter`
  const name = raw[classKey]
  if (typeof name !== 'string') return joined([])
  const { plugin, problem } = findNested(registry, usage === 'header' ? 'header_converter' : 'converter', name)
  const message =
    problem === null
      ? []
      : [{ key: classKey, message: `Invalid value ${name} for configuration ${classKey}: ${problem}` }]
  return { keys: embedded(`${classKey}.`, null, 0, plugin), problems: message, countsKeys: true }
}

interface Found {
  readonly plugin: Plugin | null
  readonly problem: string | null
}

function findNested(
  registry: PluginRegistry,
  kind: 'transformation' | 'predicate' | 'converter' | 'header_converter',
  name: string | null | undefined,
): Found {
  const trimmed = name?.trim() ?? ''
  if (name === undefined || name === null) return { plugin: null, problem: null }
  if (trimmed === '') return { plugin: null, problem: 'Class must not be empty' }
  if (!registry.has(kind, trimmed)) return { plugin: null, problem: `Class ${trimmed} could not be found.` }
  try {
    const { plugin } =
      kind === 'header_converter' ? registry.findHeaderConverter(trimmed) : registry.find(kind, trimmed)
    return { plugin, problem: null }
  } catch (error) {
    return { plugin: null, problem: messageOf(error) }
  }
}

function typeKey(
  name: string,
  group: string,
  displayName: string,
  recommended: readonly string[],
  { problem }: Found,
): KeyDefinitions {
  return {
    [name]: key.class({
      importance: 'high',
      doc: 'Its class name or short name.',
      group,
      orderInGroup: 0,
      width: 'long',
      displayName,
      recommended,
      check: () => problem ?? undefined,
    }),
  }
}

/** A plugin's own keys under a prefix; groups become parts of `group`. */
function embedded(prefix: string, group: string | null, order: number, plugin: Plugin | null): KeyDefinitions {
  const own: KeyDefinitions = plugin?.config.keys ?? {}
  return Object.fromEntries(
    Object.entries(own).map(([name, definition]): [string, KeyDefinition<unknown>] => [
      `${prefix}${name}`,
      {
        ...definition,
        group:
          group === null || definition.group === null ? (group ?? definition.group) : `${group}: ${definition.group}`,
        orderInGroup: group === null ? definition.orderInGroup : order + Math.max(0, definition.orderInGroup),
        displayName: definition.displayName ?? name,
        dependents: definition.dependents.map((dependent) => `${prefix}${dependent}`),
      },
    ]),
  )
}

function negateProblems(prefix: string, raw: RawConfig): ConfigProblem[] {
  const negate = raw[`${prefix}negate`]?.trim().toLowerCase()
  if (negate !== 'true' || typeof raw[`${prefix}predicate`] === 'string') return []
  return [{ key: `${prefix}negate`, message: `${prefix}negate needs a predicate to negate: set ${prefix}predicate` }]
}

function aliasesOf(raw: RawConfig, list: 'transforms' | 'predicates'): readonly string[] {
  return [...new Set((raw[list] ?? '').split(',').map((alias) => alias.trim()))].filter((alias) => alias !== '')
}

function joined(parts: readonly NestedKeys[]): NestedKeys {
  return {
    keys: Object.assign({}, ...parts.map((part) => part.keys)) as KeyDefinitions,
    problems: parts.flatMap((part) => part.problems),
    countsKeys: false,
  }
}
