import { configDef, key } from '@penstock/core'
import { expect, test } from 'vitest'
import { writtenSecrets } from './secrets.ts'

test('secrets are what keys of their kind hold, and passwords inside of other texts', () => {
  const { keys } = configDef({
    'connection.code': key.password({ default: null, importance: 'low', doc: 'A secret with a name of its own.' }),
    'secret.size': key.int({ default: 1, importance: 'low', doc: 'A number that is no secret.' }),
  })
  const jaas = 'org.example.Login required username="me" password="pass\\"word" clientSecret = "other";'
  const raw = {
    'connection.code': 'one',
    'secret.size': '7777',
    'some.token': 'two',
    'sasl.jaas.config': jaas,
    'connection.url': 'http://me:three@one.example,https://:four@two.example,http://five.example:9200',
    'ssl.key.password': null,
    'ssl.keystore.password': '',
    name: 'orders',
  }
  expect([...writtenSecrets(raw, keys)].sort()).toEqual(
    ['one', 'two', 'three', 'four', jaas, 'pass\\"word', 'other', 'pass"word', 'other'].sort(),
  )
})

test('variables are no secrets', () => {
  expect(
    writtenSecrets({ password: `\${file:/f:p}`, url: `http://me:\${env:P}@host`, 'a.token': `x\${env:T}` }),
  ).toEqual([])
})

test('a text made to take long does not', () => {
  const startedAt = performance.now()
  for (const evil of ['a', 'password', 'password="', 'secret=', '//', '//a:'])
    writtenSecrets({ a: evil.repeat(100_000) })
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})
