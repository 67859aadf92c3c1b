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

/** The table, and under it on which machine and day its figures were measured. */
export function benchTable(results: readonly BenchResult[]): string {
  const rows = results.flatMap(({ name, figures }) => figures.map((figure) => row(name, figure)))
  const head = ['| bench | what | median | least to most | bar |', '|---|---|---:|---:|---|']
  return [...head, ...rows, '', ...conditions(results)].join('\n')
}

/** The text with the table between its markers. Throws where a marker is missing. */
export function withBenchTable(text: string, table: string): string {
  const begin = text.indexOf(BEGIN)
  const end = text.indexOf(END)
  if (begin < 0 || end < begin) throw new Error(`put ${BEGIN} and ${END} where the performance table belongs`)
  return `${text.slice(0, begin + BEGIN.length)}\n${table}\n${text.slice(end)}`
}

function row(name: string, figure: Figure): string {
  const { what, value, spread, wanted } = shownFigure(figure)
  return `| ${name} | ${what} | ${value} | ${spread} | ${wanted} |`
}

/** A line for each machine and day. */
function conditions(results: readonly BenchResult[]): string[] {
  const names = new Map<string, string[]>()
  for (const { name, date, machine } of results) {
    const { cores, cpu, memoryGb, system, node } = machine
    const line = `${cores} × ${cpu}, ${memoryGb} GB, ${system}, Node ${node}, ${date}`
    names.set(line, [...(names.get(line) ?? []), name])
  }
  return [...names].map(([line, of]) => `${line}: ${of.map((name) => `\`npm run bench:${name}\``).join(', ')}.`)
}

if (import.meta.main) {
  const readme = join(import.meta.dirname, '../README.md')
  writeFileSync(readme, withBenchTable(readFileSync(readme, 'utf8'), benchTable(readBenchResults())))
}
