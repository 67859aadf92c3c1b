import { describe, expect, it } from 'vitest'
import type { CommitFigures } from '../../src/telemetry/committed-figures.ts'
import { CommittedView, type FiguresSource } from '../../src/telemetry/committed-view.ts'

/** A task's state that counts rows, and how often its scores were read. */
class CountingState implements FiguresSource {
  rows = 0
  reads = 0

  progress() {
    return {
      streamTimeMs: this.rows,
      isPaused: false,
      nextCommand: 0,
      pending: 0,
      cohortDays: 1,
      counters: { rows: this.rows },
      models: [],
    }
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

  it('shows the scores of a task that ended cleanly as it left them', () => {
    const { state, view, rows, outcomes } = attached()
    state.rows = 7 // within the second in which scores were read
    view.committed(at(1, 7))
    view.settle()
    view.detach()
    expect([rows(), outcomes()]).toEqual([7, 7])
    const ahead = attached()
    ahead.state.rows = 9
    ahead.view.settle() // not all of it is committed
    ahead.view.detach()
    expect([ahead.rows(), ahead.outcomes()]).toEqual([0, 0])
  })

  it('reads scores that take long less often', () => {
    const state = new CountingState()
    const clock = { ms: 0 }
    const view = new CommittedView(
      () => clock.ms,
      () => 100 * state.reads,
    )
    view.attach(state, at(0, 0))
    const readAt = (ms: number) => {
      clock.ms = ms
      state.rows++
      view.committed(at(state.rows, state.rows))
      view.read()
      return state.reads
    }
    expect(readAt(1000)).toBe(2) // that the first took long says nothing
    expect(readAt(2900)).toBe(2)
    expect(readAt(3000)).toBe(3)
    expect(readAt(4900)).toBe(3)
    expect(readAt(5000)).toBe(4)
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
