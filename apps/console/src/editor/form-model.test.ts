import type { ConfigInfos, ConfigKeyInfo } from '@penstock/client'
import { expect, test } from 'vitest'
import { connectorForm, orderedGroups } from './form-model.ts'

interface Given extends Partial<ConfigKeyInfo> {
  readonly name: string
  readonly errors?: string[]
  readonly visible?: boolean
}

function infosOf(groups: string[], ...keys: Given[]): ConfigInfos {
  const configs = keys.map(({ errors = [], visible = true, ...definition }) => ({
    definition: {
      ...{ type: 'STRING', required: false, default_value: null, importance: 'HIGH', documentation: '' },
      ...{ group: 'Common', order_in_group: -1, width: 'MEDIUM', display_name: definition.name, dependents: [] },
      ...definition,
    } as ConfigKeyInfo,
    value: { name: definition.name, value: null, recommended_values: [], errors, visible },
  }))
  return { name: 'Sink', error_count: 0, groups, configs }
}

const names = (fields: readonly { name: string }[]): string[] => fields.map(({ name }) => name)

test('fields stand in their groups by their order, those without one at the end', () => {
  const infos = infosOf(
    ['Common', 'Connection'],
    { name: 'z' },
    { name: 'topics', order_in_group: 4 },
    { name: 'tasks.max', order_in_group: 3 },
    { name: 'url', group: 'Connection' },
    { name: 'free', group: null },
  )
  const { groups } = connectorForm(infos, {}, {})
  expect(groups.map(({ name, fields }) => [name, ...names(fields)])).toEqual([
    ['Common', 'tasks.max', 'topics', 'z'],
    ['Connection', 'url'],
    ['Settings of the plugin', 'free'],
  ])
})

test('what is chosen before and what has no sense at present have no field', () => {
  const infos = infosOf(
    ['Common'],
    { name: 'name' },
    { name: 'connector.class' },
    { name: 'dependent', visible: false },
  )
  expect(connectorForm(infos, {}, {}).groups).toEqual([])
  expect(names(connectorForm(infos, {}, { dependent: 'set' }).groups[0]?.fields ?? [])).toEqual(['dependent'])
})

test('what matters little is put aside until it is set or wrong', () => {
  const infos = infosOf(
    ['Common'],
    { name: 'unset', importance: 'LOW' },
    { name: 'set', importance: 'LOW' },
    { name: 'wrong', importance: 'LOW', errors: ['no'] },
  )
  const [group] = connectorForm(infos, {}, { set: '1' }).groups
  expect(names(group?.fields ?? [])).toEqual(['set', 'wrong'])
  expect(names(group?.more ?? [])).toEqual(['unset'])
})

test('errors are at their fields and in one list, also those of keys without a field', () => {
  const infos = infosOf(['Common'], { name: 'topics', errors: ['one', 'two'] })
  const withUndeclared = {
    ...infos,
    configs: [
      ...infos.configs,
      {
        definition: null,
        value: { name: 'odd', value: 'x', recommended_values: [], errors: ['three'], visible: true },
      },
    ],
  }
  const form = connectorForm(withUndeclared, {}, { other: '1', odd: 'x' })
  expect(form.groups[0]?.fields[0]?.errors).toEqual(['one', 'two'])
  expect(form.errors).toEqual([
    { key: 'topics', message: 'one' },
    { key: 'topics', message: 'two' },
    { key: 'odd', message: 'three' },
  ])
  expect(form.others).toEqual(['other'])
})

test('a stored secret is kept until another one is typed', () => {
  const infos = infosOf(['Common'], { name: 'password', type: 'PASSWORD' })
  const base = { password: '[hidden]' }
  const field = (value: string) => connectorForm(infos, base, { password: value }).groups[0]?.fields[0]
  expect(field('[hidden]')).toMatchObject({ keepsSecret: true, changed: false })
  expect(field('new')).toMatchObject({ keepsSecret: false, changed: true, hasStoredSecret: true })
})

test('what the plugin is about comes before what every connector has', () => {
  const group = (name: string) => ({ name, fields: [], more: [] })
  const given = ['Common', 'Transforms', 'Error Handling', 'Connection', 'Transforms: a'].map(group)
  expect(names(orderedGroups(given))).toEqual(['Common', 'Connection', 'Transforms', 'Error Handling', 'Transforms: a'])
})
