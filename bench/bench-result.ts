import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What a figure must reach. */
export type Bar = { readonly atLeast: number } | { readonly atMost: number }

/** One measured figure: its median over the rounds of a run, and the spread. */
export interface Figure {
  readonly what: string
  readonly unit: string
  readonly median: number
  readonly least: number
  readonly most: number
  readonly bar?: Bar
  /** Stands in the README's table, as every figure with a bar does. */
  readonly headline?: true
}

/** The machine and its state: figures of different machines are not compared. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGb: number
  readonly system: string
  readonly node: string
}

/** What one run of a bench found; kept as `bench/results/<name>.json`. */
export interface BenchResult {
  readonly name: string
  readonly about: string
  readonly command: string
  /** Day of the run, as it was given. */
  readonly date: string
  readonly machine: Machine
  /** One-minute load average of the machine before and after the run. */
  readonly load: readonly [number, number]
  readonly rounds: number
  readonly settings: Readonly<Record<string, number>>
  /** What was compared before any speed was printed. */
  readonly checked: readonly string[]
  readonly notes: readonly string[]
  readonly figures: readonly Figure[]
}

const folder = join(import.meta.dirname, 'results')

/** Whether a figure reaches its bar; one without a bar does. */
export function isMet({ bar, median }: Pick<Figure, 'bar' | 'median'>): boolean {
  if (bar === undefined) return true
  return 'atLeast' in bar ? median >= bar.atLeast : median <= bar.atMost
}

export function writeBenchResult(result: BenchResult): void {
  writeFileSync(join(folder, `${result.name}.json`), `${JSON.stringify(result, undefined, 2)}\n`)
}

/** All results that were kept, by name. */
export function readBenchResults(from = folder): BenchResult[] {
  const files = readdirSync(from).filter((file) => file.endsWith('.json'))
  return files.sort().map((file) => JSON.parse(readFileSync(join(from, file), 'utf8')) as BenchResult)
}
