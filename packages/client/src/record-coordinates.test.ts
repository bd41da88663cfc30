import { expect, test } from 'vitest'
import { recordCoordinates } from './record-coordinates.ts'

test('a record is named by what is known of where it is', () => {
  expect(recordCoordinates({ topic: 'orders', partition: 3, offset: 41 })).toBe('orders-3@41')
  expect(recordCoordinates({ topic: 'orders', partition: 3, offset: null })).toBe('orders-3')
  expect(recordCoordinates({ topic: null, partition: null, offset: null })).toBeNull()
})
