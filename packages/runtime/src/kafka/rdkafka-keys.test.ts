import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { rdkafkaKeysSource } from './fixtures/rdkafka-keys-source.ts'

test('rdkafka-keys.ts lists the keys of the librdkafka in use (vitest rdkafka-keys -u writes it)', async () => {
  await expect(rdkafkaKeysSource()).toMatchFileSnapshot(fileURLToPath(new URL('./rdkafka-keys.ts', import.meta.url)))
})
