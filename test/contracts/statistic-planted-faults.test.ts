import { describe, expect, it } from 'vitest'
import { count } from '../../src/stats/count.ts'
import { decay } from '../../src/stats/decay.ts'
import { distinct } from '../../src/stats/distinct.ts'
import { ewMean } from '../../src/stats/ew-mean.ts'
import { last } from '../../src/stats/last.ts'
import { mean } from '../../src/stats/mean.ts'
import { minimum } from '../../src/stats/minimum.ts'
import { quantile } from '../../src/stats/quantile.ts'
import type { Statistic } from '../../src/stats/statistic.ts'
import { sum } from '../../src/stats/sum.ts'
import type { TimedStatistic } from '../../src/stats/timed-statistic.ts'
import { topK } from '../../src/stats/top-k.ts'
import { twoStack } from '../../src/stats/two-stack.ts'
import { variance } from '../../src/stats/variance.ts'
import { type StatisticCase, statisticCases, topKJudge } from './statistic-oracles.ts'
import { ContractBroken, statisticChecks } from './statistic-suite.ts'
import { filesWith } from './statistic-files.ts'
import { timedStatisticCases } from './timed-statistic-oracles.ts'
import { timedStatisticChecks } from './timed-statistic-suite.ts'

/** Which of some checks (all) a faulty version of a statistic fails. */
function failed(file: string, faulty: Partial<Statistic>, checks: readonly string[]): string[] {
  const subject = statisticCases[file][0]
  return failedBy({ ...subject, statistic: Object.freeze({ ...subject.statistic, ...faulty }) }, checks)
}

function failedBy(subject: StatisticCase, checks: readonly string[] = Object.keys(statisticChecks)): string[] {
  return checks.filter((name) => {
    try {
      statisticChecks[name](subject)
      return false
    } catch (error) {
      if (error instanceof ContractBroken) return true
      throw error
    }
  })
}

const batch = 'equals its batch formula at every step'
const merges = 'merges as if the values had come one after the other'
const doubles = 'has all its state in its doubles'

describe('the suite finds a planted fault', () => {
  it('merge off by one', () => {
    const merge: Statistic['merge'] = (state, at, other, from) => {
      state[at] += other[from] + 1
    }
    expect(failed('count.ts', { merge }, [merges])).toEqual([merges])
  })

  it('a merge that leaves out the weight of the other side', () => {
    const merge: Statistic['merge'] = (state, at, other, from) => {
      const before = state[at]
      mean.merge?.(state, at, other, from)
      if (before > 0) state[at] = before + 1
    }
    expect(failed('mean.ts', { merge }, [merges])).toEqual([merges])
  })

  it('a merge that changes the other state', () => {
    const merge: Statistic['merge'] = (state, at, other, from) => {
      sum.merge?.(state, at, other, from)
      sum.reset(other, from)
    }
    expect(failed('sum.ts', { merge }, [merges])).toEqual([merges])
  })

  it('a merge in the wrong order', () => {
    const merge: Statistic['merge'] = (state, at, other, from) => {
      if (Number.isNaN(state[at])) state[at] = other[from]
    }
    expect(failed('last.ts', { merge }, [merges])).toEqual([merges])
  })

  it('a merge that an empty side spoils', () => {
    const merge: Statistic['merge'] = (state, at, other, from) => {
      state[at] = other[from]
    }
    expect(failed('last.ts', { merge }, [merges])).toEqual([merges])
    expect(last.merge).not.toBe(merge)
  })

  it('a variance merge without the term between the means', () => {
    const merge: Statistic['merge'] = (state, at, other, from) => {
      const between = state[at + 2] + other[from + 2]
      variance.merge?.(state, at, other, from)
      state[at + 2] = between
    }
    expect(failed('variance.ts', { merge }, [merges, 'merges many parts in order'])).toEqual([
      merges,
      'merges many parts in order',
    ])
  })

  it('a quantile that is stuck', () => {
    const sketch = quantile()
    const update: Statistic['update'] = (state, at, value, weight) => {
      if (state[at] < 20) sketch.update(state, at, value, weight)
    }
    expect(failed('quantile.ts', { update }, [batch, 'keeps its bound on long streams'])).toEqual([
      batch,
      'keeps its bound on long streams',
    ])
  })

  it('a quantile whose buckets are twice as wide as declared', () => {
    expect(failed('quantile.ts', quantile({ accuracy: 0.02 }), [batch])).toEqual([batch])
  })

  it('an update counted twice', () => {
    const update: Statistic['update'] = (state, at, value, weight) => {
      count.update(state, at, value, weight)
      count.update(state, at, value, weight)
    }
    expect(failed('count.ts', { update }, [batch])).toEqual([batch])
  })

  it('an update that ignores the weight', () => {
    expect(failed('mean.ts', { update: (state, at, value) => mean.update(state, at, value, 1) }, [batch])).toEqual([
      batch,
    ])
  })

  it('a reset that leaves state behind', () => {
    const reset: Statistic['reset'] = (state, at) => {
      state[at] = 0
      state[at + 1] = 0
    }
    expect(failed('variance.ts', { reset }, ['resets to the state of nothing'])).toEqual([
      'resets to the state of nothing',
    ])
  })

  it('a minimum that begins at 0', () => {
    const reset: Statistic['reset'] = (state, at) => {
      state[at] = 0
    }
    expect(failed('minimum.ts', { reset }, [batch])).toEqual([batch])
    expect(minimum.read(Float64Array.of(Infinity), 0)).toBeNaN()
  })

  it('a variance by the sum of squares less the squared sum', () => {
    const update: Statistic['update'] = (state, at, value, weight) => {
      state[at] += weight
      state[at + 1] += weight * value
      state[at + 2] += weight * value * value
    }
    const read: Statistic['read'] = (state, at) =>
      state[at] > 1 ? (state[at + 2] - (state[at + 1] * state[at + 1]) / state[at]) / (state[at] - 1) : NaN
    expect(failed('variance.ts', { update, read }, [batch])).toEqual([batch])
  })

  it('a sum without compensation', () => {
    const update: Statistic['update'] = (state, at, value, weight) => {
      state[at] += value * weight
    }
    expect(failed('sum.ts', { update }, [batch])).toEqual([batch])
  })

  it('a rolling mean that subtracts what leaves', () => {
    const window = 7
    const faulty: Partial<Statistic> = {
      reset: (state, at) => {
        state.fill(0, at, at + window * 3 + 4)
      },
      update: (state, at, value, weight) => {
        const place = at + 4 + 2 * (state[at] % window)
        state[at + 1] += value * weight - state[place] * state[place + 1]
        state[at + 2] += weight - state[place + 1]
        state[place] = value
        state[place + 1] = weight
        state[at] += 1
      },
      read: (state, at) => (state[at] === 0 ? NaN : state[at + 1] / state[at + 2]),
      width: window * 3 + 4,
    }
    expect(failed('two-stack.ts', faulty, [batch])).toEqual([batch])
  })

  it('a two-stack that lets one value too many stay', () => {
    expect(failed('two-stack.ts', twoStack(mean, 8), [batch])).toEqual([batch])
  })

  it('state shared outside the array', () => {
    let shared = 0
    const faulty: Partial<Statistic> = {
      reset: (state, at) => {
        shared = 0
        state[at] = 0
      },
      update: (state, at, _, weight) => {
        shared += weight
        state[at] = shared
      },
    }
    expect(failed('count.ts', faulty, [doubles])).toEqual([doubles])
  })

  it('a double written beside its own', () => {
    const update: Statistic['update'] = (state, at, value, weight) => {
      mean.update(state, at, value, weight)
      state[at + 2] = value
    }
    expect(failed('mean.ts', { update }, [doubles])).toEqual([doubles])
  })

  it('a read that changes the state', () => {
    const read: Statistic['read'] = (state, at) => {
      const value = sum.read(state, at)
      state[at] = value
      return value
    }
    expect(failed('sum.ts', { read }, ['reads without changing anything'])).toEqual(['reads without changing anything'])
  })

  it('a HyperLogLog that adds registers up when it merges', () => {
    const merge: Statistic['merge'] = (state, at, other, from) => {
      for (let i = 0; i < distinct().width; i += 1) state[at + i] += other[from + i]
    }
    expect(failed('distinct.ts', { merge }, ['merges many parts in order'])).toEqual(['merges many parts in order'])
  })

  it('a SpaceSaving that starts newcomers at nothing', () => {
    const honest = topK({ capacity: 4 })
    const update: Statistic['update'] = (state, at, value, weight) => {
      const tail = at + 1 + 3 * 3
      const known = [0, 1, 2, 3].some((rank) => honest.valueAt(state, at, rank) === value)
      if (!known && state[at] === 4) state[tail + 1] = 0
      honest.update(state, at, value, weight)
    }
    const subject = { ...statisticCases['top-k.ts'][0], statistic: Object.freeze({ ...honest, update }) }
    expect(failedBy({ ...subject, judge: topKJudge(honest, 4) }, [batch])).toEqual([batch])
  })

  it('a description that can be changed', () => {
    expect(failedBy({ ...statisticCases['count.ts'][0], statistic: { ...count } })).toEqual(['is a frozen description'])
  })

  it('a statistic without an entry in the table', async () => {
    const known = Object.keys(statisticCases).filter((file) => file !== 'mean.ts')
    expect((await filesWith('statistic.ts')).filter((file) => !known.includes(file))).toEqual(['mean.ts'])
  })
})

describe('the suite of timed statistics finds a planted fault', () => {
  function failedTimed(faulty: Partial<TimedStatistic>): string[] {
    const subject = timedStatisticCases['ew-mean.ts'][0]
    return Object.keys(timedStatisticChecks).filter((name) => {
      try {
        timedStatisticChecks[name]({ ...subject, statistic: { ...subject.statistic, ...faulty } })
        return false
      } catch {
        return true
      }
    })
  }
  const atEveryStep = 'equals its batch formula at every step, late values included'

  it('none in the honest one', () => {
    expect(failedTimed({})).toEqual([])
  })

  it('late values with full weight', () => {
    const update: TimedStatistic['update'] = (state, at, value, timeMs, halfLifeMs) =>
      ewMean.update(
        state,
        at,
        value,
        Math.max(timeMs, Number.isNaN(state[at + 2]) ? timeMs : state[at + 2]),
        halfLifeMs,
      )
    expect(failedTimed({ update })).toContain(atEveryStep)
  })

  it('a weight that does not decay', () => {
    const update: TimedStatistic['update'] = (state, at, value, timeMs, halfLifeMs) => {
      const before = state[at + 1]
      ewMean.update(state, at, value, timeMs, halfLifeMs)
      state[at + 1] = before + 1
    }
    expect(failedTimed({ update })).toContain(atEveryStep)
  })

  it('a life taken for a half-life', () => {
    const update: TimedStatistic['update'] = (state, at, value, timeMs, halfLifeMs) =>
      ewMean.update(state, at, value, timeMs, halfLifeMs * Math.LN2)
    expect(failedTimed({ update })).toContain(atEveryStep)
    expect(decay(5, 5)).toBe(0.5)
  })

  it('a reset that keeps the time', () => {
    const reset: TimedStatistic['reset'] = (state, at) => {
      state[at] = 0
      state[at + 1] = 0
    }
    expect(failedTimed({ reset }).length).toBeGreaterThan(0)
  })
})
