import { describe, expect, test } from 'vitest'
import { channelPair, channelToParent } from './channels.ts'
import type { Command, Report } from './ipc.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))
const ping = (sequence: number): Command => ({ kind: 'ping', sequence })
const pong = (sequence: number): Report => ({ kind: 'pong', sequence, memoryBytes: 0, cpuSeconds: 0 })

describe('two ends within one process', () => {
  test('carry messages both ways, in order', async () => {
    const { worker, executor } = channelPair()
    const [commands, reports]: [Command[], Report[]] = [[], []]
    worker.onMessage((report) => void reports.push(report))
    executor.onMessage((command) => {
      commands.push(command)
      if (command.kind === 'ping') executor.send(pong(command.sequence))
    })
    for (let sequence = 0; sequence < 3; sequence++) worker.send(ping(sequence))
    expect(commands).toEqual([])
    await turn()
    await turn()
    expect([commands, reports]).toEqual([
      [ping(0), ping(1), ping(2)],
      [pong(0), pong(1), pong(2)],
    ])
  })

  test('keep what is sent before anybody listens', async () => {
    const { worker, executor } = channelPair()
    worker.send(ping(1))
    await turn()
    const commands: Command[] = []
    executor.onMessage((command) => void commands.push(command))
    worker.send(ping(2))
    await turn()
    expect(commands).toEqual([ping(1), ping(2)])
  })

  test('a new listener replaces the old', async () => {
    const { worker, executor } = channelPair()
    const [first, second]: Command[][] = [[], []]
    executor.onMessage((command) => void first?.push(command))
    executor.onMessage((command) => void second?.push(command))
    worker.send(ping(1))
    await turn()
    expect([first, second]).toEqual([[], [ping(1)]])
  })

  test('a close is told once', () => {
    const { worker, executor } = channelPair()
    let closes = 0
    executor.onClose(() => closes++)
    worker.close()
    executor.close()
    expect(closes).toBe(1)
  })
})

test('a process that nobody forked has no parent to talk to', () => {
  const { send } = process
  try {
    delete process.send
    expect(() => channelToParent()).toThrow('an executor must be started by a worker')
  } finally {
    if (send) process.send = send
  }
})
