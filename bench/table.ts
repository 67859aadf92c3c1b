/**
 * The performance table of the README, made from `bench/results`. `npm run bench:table` writes it; a test holds that the
 * README has just this one.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BenchResult, type Figure, readBenchResults } from './bench-result.ts'
import { shownFigure } from './shown-figure.ts'

const BEGIN = '<!-- bench:begin -->'
const END = '<!-- bench:end -->'

/** The table: the figures with a bar and other headlines of each bench, and under it where they were measured. */
export function benchTable(results: readonly BenchResult[]): string {
  const rows = results.flatMap(({ name, about, figures }) => {
    const shown = figures.filter(({ bar, headline }) => bar !== undefined || headline)
    return shown.length === 0 ? [] : [`| **${name}**: ${about} | | | |`, ...shown.map(row)]
  })
  const head = ['| | median | least to most | bar |', '|---|---:|---:|---|']
  return [...head, ...rows, '', ...conditions(results)].join('\n')
}

/** The text with the table between its markers. Throws where a marker is missing. */
export function withBenchTable(text: string, table: string): string {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`put ${BEGIN} and ${END} where the performance table belongs`)
  return `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`
}

function row(figure: Figure): string {
  const { what, value, spread, wanted } = shownFigure(figure)
  return `| ${what} | ${value} | ${spread} | ${wanted} |`
}

/** A line for each machine and day. */
function conditions(results: readonly BenchResult[]): string[] {
  const loads = new Map<string, number>()
  for (const { date, machine, load } of results) {
    const { cores, cpu, memoryGb, system, node } = machine
    const line = `${cores} × ${cpu}, ${memoryGb} GB, ${system}, Node ${node}, ${date}`
    loads.set(line, Math.max(loads.get(line) ?? 0, ...load))
  }
  const lines = [...loads].map(([line, load]) => `${line}; load average up to ${load.toFixed(1)}.`)
  return [...lines, '', 'Each is run again by `npm run bench:<name>`; all figures are in `bench/results`.']
}

if (import.meta.main) {
  const readme = join(import.meta.dirname, '../README.md')
  writeFileSync(readme, withBenchTable(readFileSync(readme, 'utf8'), benchTable(readBenchResults())))
}
