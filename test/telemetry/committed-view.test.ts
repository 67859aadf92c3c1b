import { describe, expect, it } from 'vitest'
import type { CommitFigures } from '../../src/telemetry/committed-figures.ts'
import { CommittedView, type FiguresSource } from '../../src/telemetry/committed-view.ts'

/** A task's state that counts rows, and how often its scores were read. */
class CountingState implements FiguresSource {
  rows = 0
  reads = 0

  progress() {
    return { streamTimeMs: this.rows, isPaused: false, pending: 0, counters: { rows: this.rows }, models: [] }
  }

  scores() {
    this.reads++
    const stretch = { values: { rows: this.rows }, standardErrors: {} }
    const cohorts = { cohorts: 0, outcomes: 0, mean: stretch, pooled: stretch }
    return [
      {
        role: 'champion' as const,
        model: 'served',
        outcomes: this.rows,
        whole: stretch,
        rolling: stretch,
        fading: stretch,
        cohorts,
      },
    ]
  }

  isAt({ positions }: CommitFigures): boolean {
    return positions[0] === this.rows
  }
}

const at = (seq: number, position: number): CommitFigures => ({
  seq,
  incarnation: 1,
  partitions: ['t/0'],
  positions: [position],
  snapshots: [],
})

function attached() {
  const state = new CountingState()
  const clock = { ms: 0 }
  const view = new CommittedView(() => clock.ms)
  view.attach(state, at(0, 0))
  const rows = () => view.read()?.progress.counters.rows
  const outcomes = () => view.read()?.scores[0].outcomes
  return { state, clock, view, rows, outcomes }
}

describe('a committed view', () => {
  it('shows nothing before a task has recovered, then its state', () => {
    expect(new CommittedView(() => 0).read()).toBeUndefined()
    expect(attached().rows()).toBe(0)
  })

  it('shows a copy only once all that is in it is committed', () => {
    const { state, view, rows } = attached()
    state.rows = 10
    expect(rows()).toBe(0)
    state.rows = 15 // 10 are being committed, the next transaction is computed
    view.committed(at(1, 10))
    expect(rows()).toBe(0)
    state.rows = 30
    expect(rows()).toBe(0)
    view.committed(at(2, 20))
    expect(rows()).toBe(15)
    view.committed(at(3, 30)) // nothing more has been computed
    expect(rows()).toBe(30)
    expect(view.read()?.commit.seq).toBe(3)
  })

  it('reads scores once a second at the most, and never leaves them behind for good', () => {
    const { state, clock, view, outcomes } = attached()
    expect(state.reads).toBe(1)
    for (let seq = 1; seq <= 99; seq++) {
      clock.ms = seq * 10
      state.rows = seq
      view.committed(at(seq, seq))
      outcomes()
    }
    expect(state.reads).toBe(1)
    clock.ms = 1000
    expect(outcomes()).toBe(99)
    for (let i = 0; i < 10; i++) outcomes()
    expect(state.reads).toBe(2)
  })

  it('forgets what a task had not committed when it ended', () => {
    const { state, clock, view, rows, outcomes } = attached()
    clock.ms = 2000
    state.rows = 15
    view.committed(at(1, 10))
    view.detach()
    expect([rows(), outcomes()]).toEqual([0, 0])
    const next = new CountingState()
    next.rows = 10
    view.attach(next, at(2, 10))
    expect([rows(), outcomes()]).toEqual([10, 10])
  })
})
