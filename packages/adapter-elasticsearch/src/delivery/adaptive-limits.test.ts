import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AdaptiveLimits, queued } from './adaptive-limits.ts'
import type { Limits, RequestOutcome, RequestStart } from './limits.ts'

const most: Limits = { requests: 8, documents: 2000, bytes: 5_000_000 }
const documentBytes = 500

interface Sent {
  readonly start: RequestStart
  readonly endsAt: number
  readonly documents: number
  readonly outcome: 'taken' | 'rejected'
}

/** A node with a queue, and a sender that always has more to send; time passes only in here. */
class Simulation {
  now = 1_000_000
  /** Requests that it works on at once, what it turns away beyond, and how fast it is. */
  node = { parallel: 2, queue: Number.POSITIVE_INFINITY, msPerDocument: 0.1 }
  taken = 0
  rejected = 0
  documentsTaken = 0
  mostUnderWay = 0
  readonly limits: AdaptiveLimits
  readonly #underWay: Sent[] = []
  /** When each of the node's places is free. */
  #free: number[] = []

  constructor(configured: Limits = most, slowMs = Number.POSITIVE_INFINITY) {
    this.limits = new AdaptiveLimits({ most: configured, clock: { now: () => this.now }, slowMs, onChange: () => {} })
  }

  run(forMs: number): void {
    this.taken = this.rejected = this.documentsTaken = this.mostUnderWay = 0
    const until = this.now + forMs
    while (this.now < until) {
      while (this.#underWay.length < this.limits.limits.requests) this.#send()
      this.mostUnderWay = Math.max(this.mostUnderWay, this.#underWay.length)
      this.#underWay.sort((a, b) => a.endsAt - b.endsAt)
      const { start, endsAt, documents, outcome } = this.#underWay.shift() as Sent
      this.now = Math.max(this.now, endsAt)
      this.limits.end(start, outcome, documents, documents * documentBytes)
      if (outcome === 'taken') this.documentsTaken += documents
      this[outcome === 'taken' ? 'taken' : 'rejected']++
    }
  }

  #send(): void {
    const { parallel, queue, msPerDocument } = this.node
    const { documents } = this.limits.limits
    const start = this.limits.begin()
    const working = this.#underWay.filter(({ outcome }) => outcome === 'taken').length
    if (working >= parallel + queue) {
      this.#underWay.push({ start, endsAt: this.now + 5, documents, outcome: 'rejected' })
      return
    }
    this.#free = Array.from({ length: parallel }, (_, place) => Math.max(this.now, this.#free[place] ?? 0))
    const place = this.#free.indexOf(Math.min(...this.#free))
    const endsAt = (this.#free[place] as number) + documents * msPerDocument
    this.#free[place] = endsAt
    this.#underWay.push({ start, endsAt, documents, outcome: 'taken' })
  }
}

describe('limits that follow the node', () => {
  test('are the configured ones from the start, and stay so while all goes well', () => {
    const simulation = new Simulation()
    expect(simulation.limits.limits).toEqual(most)
    simulation.node.parallel = 8
    simulation.run(100_000)
    expect(simulation.limits.limits).toEqual(most)
  })

  test('halve when the node turns work away, once for all that was under way', () => {
    const simulation = new Simulation()
    const starts = Array.from({ length: 8 }, () => simulation.limits.begin())
    simulation.now += 10
    for (const start of starts) simulation.limits.end(start, 'rejected', 2000, 1_000_000)
    expect(simulation.limits.limits).toEqual({ ...most, requests: 4 })
  })

  test('halve the size of requests too when only one is left, and when answers come too late', () => {
    const simulation = new Simulation({ ...most, requests: 1 })
    const fail = (outcome: RequestOutcome) => {
      const start = simulation.limits.begin()
      simulation.now += 10
      simulation.limits.end(start, outcome, 2000, 1_000_000)
      simulation.now += 1
    }
    fail('rejected')
    expect(simulation.limits.limits).toEqual({ requests: 1, documents: 1000, bytes: 2_500_000 })
    fail('timed-out')
    expect(simulation.limits.limits.documents).toBe(500)
    for (let time = 0; time < 20; time++) fail('rejected')
    expect(simulation.limits.limits).toEqual({ requests: 1, documents: 100, bytes: 250_000 })
  })

  test('grow back step by step once the node takes everything again', () => {
    const simulation = new Simulation()
    simulation.node.parallel = 8
    simulation.node.queue = -8
    simulation.run(10_000)
    expect(simulation.limits.limits).toMatchObject({ requests: 1, documents: 100 })
    simulation.node.queue = Number.POSITIVE_INFINITY
    simulation.run(60_000)
    expect(simulation.limits.limits).toEqual(most)
  })

  test('a node that turns away what it has no place for loses little time to that', () => {
    const simulation = new Simulation({ ...most, requests: 64 })
    simulation.node = { parallel: 4, queue: 4, msPerDocument: 0.1 }
    simulation.run(20_000)
    simulation.run(100_000)
    expect(simulation.rejected / simulation.taken).toBeLessThan(0.1)
    expect(simulation.documentsTaken).toBeGreaterThan(0.85 * ((4 * 100_000) / 0.1))
  })

  test('a saturated node is given few more requests than it works on at once', () => {
    const simulation = new Simulation({ ...most, requests: 200 })
    simulation.node.parallel = 3
    simulation.run(600_000)
    for (let round = 0; round < 10; round++) {
      simulation.run(60_000)
      expect(simulation.mostUnderWay).toBeLessThan(20)
      expect(simulation.documentsTaken).toBeGreaterThan(0.93 * ((3 * 60_000) / 0.1))
    }
  })

  test('a request that takes long makes the next ones smaller', () => {
    const simulation = new Simulation(most, 1500)
    simulation.node = { parallel: 2, queue: Number.POSITIVE_INFINITY, msPerDocument: 2 }
    simulation.run(60_000)
    expect(simulation.limits.limits.documents).toBeLessThan(1000)
  })

  test('what the server found too large is not sent again in that size', () => {
    const simulation = new Simulation()
    simulation.limits.end(simulation.limits.begin(), 'too-large', 2000, 3_000_000)
    expect(simulation.limits.limits).toEqual({ ...most, bytes: 1_500_000 })
    simulation.run(60_000)
    expect(simulation.limits.limits.bytes).toBe(1_500_000)
  })

  test('a server that takes nothing for a while does not make requests tiny for ever', () => {
    const simulation = new Simulation()
    for (const bytes of [100_000, 10_000, 300]) simulation.limits.end(simulation.limits.begin(), 'too-large', 1, bytes)
    expect(simulation.limits.limits.bytes).toBe(65_536)
  })

  test('failures that say nothing about the load change nothing', () => {
    const simulation = new Simulation()
    simulation.limits.end(simulation.limits.begin(), 'failed', 2000, 1_000_000)
    expect(simulation.limits.limits).toEqual(most)
  })

  test('requests that are not full are no reason for more of them, nor for fewer', () => {
    const simulation = new Simulation()
    simulation.limits.end(simulation.limits.begin(), 'rejected', 2000, 1_000_000)
    const { limits } = simulation.limits
    for (let time = 0; time < 100; time++) {
      const start = simulation.limits.begin()
      simulation.now += time
      simulation.limits.end(start, 'taken', 10, 5000)
    }
    expect(simulation.limits.limits).toEqual(limits)
  })

  test('stay within the configured ones and above nothing, whatever happens', () => {
    const outcome = fc.constantFrom<RequestOutcome>('taken', 'rejected', 'timed-out', 'too-large', 'failed')
    const configured = fc.record({
      requests: fc.integer({ min: 1, max: 1000 }),
      documents: fc.integer({ min: 1, max: 1_000_000 }),
      bytes: fc.oneof(fc.integer({ min: 1, max: 2 ** 31 }), fc.constant(Number.POSITIVE_INFINITY)),
    })
    const steps = fc.array(fc.tuple(outcome, fc.integer({ min: -1000, max: 100_000 }), fc.nat(3_000_000)))
    fc.assert(
      fc.property(configured, steps, (configured, steps) => {
        const simulation = new Simulation(configured, 1000)
        for (const [outcome, passedMs, bytes] of steps) {
          const start = simulation.limits.begin()
          simulation.now += passedMs
          simulation.limits.end(start, outcome, 1 + (bytes % 3000), bytes)
          const { requests, documents, bytes: most } = simulation.limits.limits
          expect(requests).toBeGreaterThanOrEqual(1)
          expect(requests).toBeLessThanOrEqual(configured.requests)
          expect(documents).toBeGreaterThanOrEqual(1)
          expect(documents).toBeLessThanOrEqual(configured.documents)
          expect(most).toBeGreaterThanOrEqual(1)
          expect(most).toBeLessThanOrEqual(configured.bytes)
          expect(Number.isInteger(requests) && Number.isInteger(documents)).toBe(true)
        }
      }),
    )
  })

  test('after any trouble a quick node gets the configured load again', () => {
    const node = fc.record({ parallel: fc.integer({ min: 1, max: 8 }), queue: fc.integer({ min: -8, max: 8 }) })
    fc.assert(
      fc.property(fc.array(node, { maxLength: 5 }), (troubles) => {
        const simulation = new Simulation()
        for (const trouble of troubles) {
          simulation.node = { ...trouble, msPerDocument: 0.3 }
          simulation.run(5000)
        }
        simulation.node = { parallel: 8, queue: Number.POSITIVE_INFINITY, msPerDocument: 0.1 }
        simulation.run(300_000)
        simulation.run(30_000)
        expect(simulation.limits.limits.documents).toBe(2000)
        expect(simulation.documentsTaken).toBeGreaterThan(0.9 * ((8 * 30_000) / 0.1))
      }),
      { numRuns: 30 },
    )
  })
})

test('the queue of a node is what its answers take longer than at best', () => {
  expect(queued(10, 5, 5)).toBe(0)
  expect(queued(10, 5, 10)).toBe(5)
  expect(queued(10, 10, 5)).toBe(0)
  expect(queued(10, Number.POSITIVE_INFINITY, 0)).toBe(0)
})
