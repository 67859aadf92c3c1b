import { describe, expect, it } from 'vitest'
import {
  countWindow,
  ewMean,
  ewRate,
  lastValue,
  paneWindow,
  sessionWindow,
  timeSince,
} from '../../src/features/index.ts'
import {
  count,
  distinct,
  maximum,
  mean,
  minimum,
  quantile,
  type Statistic,
  sum,
  topK,
  variance,
} from '../../src/stats/index.ts'
import { readPage } from './read-blocks.ts'

const HOUR = 3_600_000
// As the windows of a stream build them.
const statistics: Readonly<Record<string, Statistic>> = {
  count,
  rate: count,
  min: minimum,
  max: maximum,
  sum,
  mean,
  variance,
  distinct: distinct({ precision: 8 }),
  'top(1)': topK({ capacity: 32 }),
  quantile: quantile({ probability: 0.9 }),
}

describe('docs/features.md', () => {
  it('says what a key of each statistic costs', () => {
    const table = /<!-- sizes -->\n([\s\S]*?)\n\n/.exec(readPage('docs/features.md'))?.[1].split('\n').slice(2) ?? []
    const said = table.flatMap((line) => {
      const [names, ...sizes] = line.split('|').slice(1, -1)
      return [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => [
        name,
        sizes.map((size) => Number(size.replace(',', ''))),
      ])
    })
    expect(Object.fromEntries(said)).toEqual(
      Object.fromEntries(Object.entries(statistics).map(([name, one]) => [name, sizesOf(one)])),
    )
  })

  it('says what a key costs without a window', () => {
    const [said] = /`ewMean` costs .*?\./.exec(readPage('docs/features.md')) ?? []
    const features = [ewMean({ halfLifeMs: HOUR }), ewRate({ halfLifeMs: HOUR }), lastValue(), timeSince()]
    const [average, rate, last, since] = features.map((feature) => feature.build().bytesPerKey)
    expect(said).toBe(`\`ewMean\` costs ${average}, \`ewRate\` ${rate}, \`last\` ${last}, \`timeSince\` ${since}.`)
  })
})

/** Bytes a key: sliding, hopping with 6 panes, tumbling, session, the latest 20. */
function sizesOf(statistic: Statistic): number[] {
  const windows = [
    paneWindow({ statistic, lengthMs: HOUR }),
    paneWindow({ statistic, lengthMs: HOUR, everyMs: HOUR / 6 }),
    paneWindow({ statistic, lengthMs: HOUR, everyMs: HOUR }),
    sessionWindow({ statistic, gapMs: HOUR }),
    countWindow({ statistic, length: 20 }),
  ]
  return windows.map((window) => window.build().bytesPerKey)
}
