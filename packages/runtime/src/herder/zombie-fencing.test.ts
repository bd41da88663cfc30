import { expect, test } from 'vitest'
import { recordingLogger } from '../telemetry/fixtures/recording-logger.ts'
import { memoryStores } from './fixtures/memory-stores.ts'
import { ZombieFencing } from './zombie-fencing.ts'

/** Fencing of connector `a`, whose tasks numbered `counts` one after the other, each set of them fenced but the last. */
async function open(counts: readonly number[], options: { fence?: () => Promise<void>; lead?: () => void } = {}) {
  const { configs, state } = await memoryStores()
  await configs.putConnector('a', { name: 'a' }, null)
  for (const [round, count] of counts.entries()) {
    if (round > 0) await configs.putTaskCount('a', counts[round - 1] ?? 0)
    await configs.putTasks(
      'a',
      Array.from({ length: count }, () => ({})),
    )
  }
  const notes: string[] = []
  const fencing = new ZombieFencing({
    configs,
    fence: async (connector, _config, count) => {
      notes.push(`fence ${count} of ${connector}`)
      await options.fence?.()
    },
    asLeader: async (_name, job) => {
      options.lead?.()
      return job()
    },
    logger: recordingLogger(),
  })
  return { fencing, notes, configs, state }
}

test.each([
  ['the first tasks of a connector have nobody before them', [2], []],
  ['all of an older set of tasks are fenced, whatever the new number', [3, 1], ['fence 3 of a']],
  ['a single task fences the one before it by itself', [1, 1], []],
  ['a connector that was stopped has its tasks fenced', [2, 0], ['fence 2 of a']],
] as const)('%s', async (_text, counts, expected) => {
  const { fencing, notes, state } = await open(counts)
  await fencing.fence('a')
  expect(notes).toEqual(expected)
  expect(state.fencing('a')).toMatchObject({ previousCount: counts.at(-1), isPending: false })
  await fencing.fence('a')
  expect(notes).toEqual(expected)
})

test('tasks that start together share one round', async () => {
  const { fencing, notes } = await open([2, 3])
  await Promise.all([fencing.fence('a'), fencing.fence('a'), fencing.fence('a')])
  expect(notes).toEqual(['fence 2 of a'])
})

test('a round that fails is told to all who wait, and the next tries again', async () => {
  let isDown = true
  const fence = async (): Promise<void> => {
    if (isDown) throw new Error('no coordinator')
  }
  const { fencing, notes, state } = await open([2, 3], { fence })
  const rounds = await Promise.allSettled([fencing.fence('a'), fencing.fence('a')])
  expect(rounds.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(state.fencing('a').isPending).toBe(true)
  isDown = false
  await fencing.fence('a')
  expect([notes.length, state.fencing('a').isPending]).toEqual([2, false])
})

test('a worker that leads no more while it fences records nothing', async () => {
  let leads = true
  const { fencing, state } = await open([2, 3], {
    fence: async () => {
      leads = false
    },
    lead: () => {
      if (!leads) throw new Error('not the leader')
    },
  })
  await expect(fencing.fence('a')).rejects.toThrow('not the leader')
  expect(state.fencing('a')).toMatchObject({ previousCount: 2, isPending: true })
})

test('tasks that change while older ones are fenced ask for it again', async () => {
  const meanwhile: { act: () => Promise<void> } = { act: async () => {} }
  const { fencing, configs, notes, state } = await open([2, 3], { fence: () => meanwhile.act() })
  meanwhile.act = () => configs.putTasks('a', [{}])
  await expect(fencing.fence('a')).rejects.toMatchObject({ code: 'herder.tasks_changed' })
  expect(state.fencing('a').isPending).toBe(true)
  meanwhile.act = async () => {}
  await fencing.fence('a')
  expect([notes, state.fencing('a').previousCount]).toEqual([['fence 2 of a', 'fence 2 of a'], 1])
})

test('nothing is recorded of a connector that is deleted while its older tasks are fenced, or was before', async () => {
  const meanwhile: { act: () => Promise<void> } = { act: async () => {} }
  const { fencing, configs, notes, state } = await open([2, 3], { fence: () => meanwhile.act() })
  meanwhile.act = () => configs.removeConnector('a')
  await expect(fencing.fence('a')).rejects.toMatchObject({ code: 'herder.tasks_changed' })
  await fencing.fence('a')
  expect([notes, state.fencing('a').previousCount]).toEqual([['fence 2 of a'], 2])
})
