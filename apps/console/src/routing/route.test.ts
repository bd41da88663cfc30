import fc from 'fast-check'
import { expect, test } from 'vitest'
import { connectorTabs, links, parseRoute } from './route.ts'

test('each link leads to its view', () => {
  expect(parseRoute('')).toEqual({ view: 'cluster' })
  expect(parseRoute(links.cluster)).toEqual({ view: 'cluster' })
  expect(parseRoute(links.connectors)).toMatchObject({ view: 'connectors' })
  expect(parseRoute(links.create('a.B$Value'))).toEqual({ view: 'create', plugin: 'a.B$Value' })
  expect(parseRoute(links.plugin('a.B$Value'))).toEqual({ view: 'plugin', name: 'a.B$Value' })
  expect(parseRoute(links.loggers)).toEqual({ view: 'loggers' })
  expect(parseRoute(links.logsOf({ worker: 'a:8083', connector: 'b c' }))).toEqual({
    view: 'logs',
    worker: 'a:8083',
    connector: 'b c',
  })
})

test('a connector is found whatever letters its name has', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1 }).filter(isText),
      fc.constantFrom(...connectorTabs),
      (name, tab) => {
        expect(parseRoute(links.connector(name, tab))).toEqual({ view: 'connector', name, tab })
        expect(parseRoute(links.edit(name))).toEqual({ view: 'edit', name })
      },
    ),
  )
})

test('an address that leads nowhere says so', () => {
  for (const hash of ['#/nope', '#/connectors/a/nope', '#/connectors/a/config/b', '#/plugins/a/b', '#/logs/x']) {
    expect(parseRoute(hash)).toMatchObject({ view: 'unknown' })
  }
  expect(parseRoute('#/connectors/%')).toEqual({ view: 'connector', name: '%', tab: 'overview' })
})

/** Halves of a pair can't be part of an address. */
function isText(text: string): boolean {
  return text.isWellFormed()
}
