import { expect, test } from 'vitest'
import { GroupMembers } from './group-members.ts'

function start(answers: (readonly string[] | null | Error | Promise<null>)[]) {
  const clock = { time: 1_000_000, now: () => clock.time }
  let asked = 0
  const describe = async () => {
    const answer = answers[Math.min(asked++, answers.length - 1)] ?? null
    if (answer instanceof Error) throw answer
    return answer
  }
  return {
    members: new GroupMembers({ describe, rememberMs: 60_000, timeoutMs: 50, clock }),
    clock,
    asked: () => asked,
  }
}

test('members are asked for once in a generation and a few seconds', async () => {
  const { members, clock, asked } = start([['http://a/'], ['http://a/', 'http://b/']])
  await Promise.all([members.look(1), members.look(1), members.look(1)])
  clock.time += 4_999
  expect((await members.look(1)).present).toEqual(['http://a/'])
  expect(asked()).toBe(1)
  expect((await members.look(2)).present).toEqual(['http://a/', 'http://b/'])
  clock.time += 5_000
  await members.look(2)
  expect(asked()).toBe(3)
})

test('one that is gone is told of for a while, and not at all when it is back', async () => {
  const { members, clock } = start([
    ['http://a/', 'http://b/'],
    ['http://a/'],
    ['http://a/'],
    ['http://a/', 'http://b/'],
  ])
  await members.look(1)
  clock.time += 10_000
  expect(await members.look(2)).toEqual({
    present: ['http://a/'],
    gone: [{ url: 'http://b/', lastSeenAt: 1_000_000 }],
  })
  clock.time += 60_000
  expect((await members.look(3)).gone).toEqual([])
  expect(await members.look(4)).toEqual({ present: ['http://a/', 'http://b/'], gone: [] })
})

test('while the group rebalances or its coordinator is away, the members are those known before', async () => {
  const { members } = start([['http://a/'], null, new Error('no coordinator')])
  await members.look(1)
  expect((await members.look(2)).present).toEqual(['http://a/'])
  expect((await members.look(2)).present).toEqual(['http://a/'])
})

test('a coordinator that never answered is an error', async () => {
  const { members } = start([new Error('no coordinator')])
  await expect(members.look(1)).rejects.toThrow('no coordinator')
})

test('a coordinator that does not answer is not waited for', async () => {
  const silence = new Promise<null>(() => {})
  const { members } = start([['http://a/'], silence])
  await members.look(1)
  expect((await members.look(2)).present).toEqual(['http://a/'])
  await expect(start([silence]).members.look(1)).rejects.toMatchObject({ code: 'group.silent' })
})
