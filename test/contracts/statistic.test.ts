import { describe, expect, it } from 'vitest'
import { filesWith } from './statistic-files.ts'
import { statisticCases } from './statistic-oracles.ts'
import { statisticChecks } from './statistic-suite.ts'
import { timedStatisticCases } from './timed-statistic-oracles.ts'
import { timedStatisticChecks } from './timed-statistic-suite.ts'

describe('every statistic has an entry in the oracle table', () => {
  it('that of statistics', async () => {
    expect(await filesWith('statistic.ts')).toEqual(Object.keys(statisticCases).sort())
  })

  it('that of timed statistics', async () => {
    expect(await filesWith('timed-statistic.ts')).toEqual(Object.keys(timedStatisticCases).sort())
  })

  it('under the name of its file', () => {
    for (const [file, cases] of Object.entries(statisticCases)) {
      expect(cases.length, file).toBeGreaterThan(0)
      for (const { statistic } of cases) expect(statistic.name.startsWith(file.replace('.ts', '')), file).toBe(true)
    }
  })
})

describe.each(Object.values(statisticCases).flat())('$label', (subject) => {
  it.each(Object.keys(statisticChecks))('%s', (check) => {
    expect(() => statisticChecks[check](subject)).not.toThrow()
  })
})

describe.each(timedStatisticCases['ew-mean.ts'].concat(timedStatisticCases['ew-variance.ts']))(
  '$statistic.name',
  (subject) => {
    it.each(Object.keys(timedStatisticChecks))('%s', (check) => {
      expect(() => timedStatisticChecks[check](subject)).not.toThrow()
    })
  },
)
