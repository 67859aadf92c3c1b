import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type BenchResult, readBenchResults } from '../../bench/bench-result.ts'
import { benchTable, withBenchTable } from '../../bench/table.ts'

const result: BenchResult = {
  name: 'copy',
  about: 'copies',
  command: 'npm run bench:copy -- --date 2030-01-02',
  date: '2030-01-02',
  machine: { cpu: 'Some CPU', cores: 2, memoryGb: 24, system: 'Linux 6', node: '24.0.0' },
  load: [0.1, 0.2],
  rounds: 3,
  settings: { rounds: 3 },
  checked: ['the number of records'],
  notes: [],
  figures: [
    {
      what: 'speed',
      unit: 'records per second',
      median: 123_456,
      least: 100_000,
      most: 150_000,
      bar: { atLeast: 90_000 },
    },
    { what: 'pause', unit: 'ms', median: 51.2345, least: 1, most: 52, bar: { atMost: 50 } },
    { what: 'accuracy', unit: '', median: 0.823216, least: 0.823216, most: 0.823216, headline: true },
    { what: 'detail', unit: 'ms', median: 1, least: 1, most: 1 },
  ],
}

describe('the performance table', () => {
  it('of the README is the one that the results give, edited by nobody', () => {
    const readme = readFileSync('README.md', 'utf8')
    expect(readme, 'run npm run bench:table').toBe(withBenchTable(readme, benchTable(readBenchResults())))
  })

  it('has a row for each figure with a bar and each headline, says which bar was missed, and where it was measured', () => {
    expect(benchTable([result]).split('\n')).toEqual([
      '| | median | least to most | bar |',
      '|---|---:|---:|---|',
      '| **copy**: copies | | | |',
      '| speed | 123,456 records per second | 100,000 to 150,000 | ≥ 90,000 |',
      '| pause | 51.23 ms | 1 to 52 | ≤ 50, MISSED |',
      '| accuracy | 0.823216 | 0.823216 to 0.823216 |  |',
      '',
      '2 × Some CPU, 24 GB, Linux 6, Node 24.0.0, 2030-01-02; load average up to 0.2.',
      '',
      'Each is run again by `npm run bench:<name>`; all figures are in `bench/results`.',
    ])
  })

  it('takes the place of what stands between the markers, whatever that is', () => {
    const text = 'before\n<!-- bench:begin -->\n| edited |\n<!-- bench:end -->\nafter'
    const once = withBenchTable(text, 'table')
    expect(once).toBe('before\n<!-- bench:begin -->\ntable\n<!-- bench:end -->\nafter')
    expect(withBenchTable(once, 'table')).toBe(once)
    expect(once).not.toBe(text)
  })

  it('needs its markers, in order', () => {
    expect(() => withBenchTable('no markers', 'table')).toThrow('put <!-- bench:begin --> and <!-- bench:end -->')
    expect(() => withBenchTable('<!-- bench:end --><!-- bench:begin -->', 'table')).toThrow('put <!-- bench:begin -->')
  })
})

describe('the results that are kept', () => {
  it('name their day, their machine and what was checked', () => {
    for (const { name, date, machine, checked, figures } of readBenchResults()) {
      expect(date, name).toMatch(/^\d{4}-\d\d-\d\d$/)
      expect(machine.cpu, name).not.toBe('')
      expect(checked.length, name).toBeGreaterThan(0)
      for (const { least, median, most } of figures) {
        expect(least, name).toBeLessThanOrEqual(median)
        expect(median, name).toBeLessThanOrEqual(most)
      }
    }
  })
})
