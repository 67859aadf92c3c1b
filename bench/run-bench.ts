import { cpus, loadavg, release, totalmem, type } from 'node:os'
import type { Bar, BenchResult, Figure, Machine } from './bench-result.ts'
import { isMet, writeBenchResult } from './bench-result.ts'
import { shownFigure } from './shown-figure.ts'
import { type Spent, spent } from './spent.ts'

/** One thing to measure, or a peer to measure it against. */
export interface BenchCase<Output> {
  /** Before the clock starts. */
  readonly prepare?: () => Promise<void> | void
  readonly run: () => Promise<Output> | Output
  /** Throws unless the output is right. */
  readonly check: (output: Output) => Promise<void> | void
}

/** What one case took in one round, and what it gave. */
export type Measured<Output> = Spent & { readonly output: Output }
/** One round: every case once. */
export type Round<Outputs> = { readonly [Name in keyof Outputs]: Measured<Outputs[Name]> }

/** A figure as each round gives it. */
export interface FigurePlan<Outputs> {
  readonly what: string
  readonly unit: string
  readonly of: (round: Round<Outputs>) => number | readonly number[]
  readonly bar?: Bar
  readonly headline?: true
}

export interface BenchPlan<Outputs> {
  /** Names the result file and the command: `npm run bench:<name>`. */
  readonly name: string
  readonly about: string
  readonly date: string | undefined
  readonly settings: Readonly<Record<string, number>> & { readonly rounds: number }
  /** Rounds before the first that counts. */
  readonly warmUps: number
  readonly checked: readonly string[]
  readonly notes?: readonly string[]
  readonly cases: { readonly [Name in keyof Outputs]: BenchCase<Outputs[Name]> }
  readonly figures: readonly FigurePlan<Outputs>[]
}

/**
 * Runs the cases of a bench in turn, round after round, in changing order: a machine that grows slower slows all of them.
 * Every output is checked; then the medians are printed, and kept when there is a date. A missed bar sets the exit code.
 */
export async function runBench<Outputs>(plan: BenchPlan<Outputs>): Promise<void> {
  const { rounds } = plan.settings
  const before = loadavg()[0]
  const kept: Round<Outputs>[] = []
  for (let round = -plan.warmUps; round < rounds; round++) {
    process.stderr.write(
      `${plan.name}: ${round < 0 ? 'warm-up' : `round ${round + 1} of ${rounds}`}, load ${loadavg()[0].toFixed(2)}\n`,
    )
    const measured = await runRound(plan, round % 2 !== 0)
    if (round >= 0) kept.push(measured)
  }
  report({
    name: plan.name,
    about: plan.about,
    command: `npm run bench:${plan.name} -- --date ${plan.date ?? '<day>'}`,
    date: plan.date ?? '',
    machine: machine(),
    load: [rounded(before), rounded(loadavg()[0])],
    rounds,
    settings: plan.settings,
    checked: plan.checked,
    notes: plan.notes ?? [],
    figures: plan.figures.map((figure) => figureOf(figure, kept)),
  })
}

async function runRound<Outputs>({ cases }: BenchPlan<Outputs>, reversed: boolean): Promise<Round<Outputs>> {
  const names = Object.keys(cases) as (keyof Outputs)[]
  const measured: Partial<Record<keyof Outputs, Measured<unknown>>> = {}
  for (const name of reversed ? names.reverse() : names) {
    const one = cases[name]
    await one.prepare?.()
    const result = await spent(one.run)
    await one.check(result.output)
    measured[name] = result
  }
  return measured as Round<Outputs>
}

function figureOf<Outputs>(
  { what, unit, of, bar, headline }: FigurePlan<Outputs>,
  rounds: readonly Round<Outputs>[],
): Figure {
  const values = rounds.flatMap((round) => of(round)).sort((a, b) => a - b)
  const median = (values[(values.length - 1) >> 1] + values[values.length >> 1]) / 2
  return {
    what,
    unit,
    median: rounded(median),
    least: rounded(values[0]),
    most: rounded(values[values.length - 1]),
    bar,
    headline,
  }
}

function report(result: BenchResult): void {
  const { machine: on, figures, load } = result
  console.log(`${result.name}: ${result.about}`)
  console.log(
    `${on.cores} x ${on.cpu}, ${on.system}, Node ${on.node}, ${result.rounds} rounds, load ${load.join(' to ')}`,
  )
  for (const figure of figures) {
    const { what, value, spread, wanted } = shownFigure(figure)
    console.log(`  ${what}: ${value} (${spread})${wanted === '' ? '' : `, bar ${wanted}`}`)
  }
  if (figures.some((figure) => !isMet(figure))) process.exitCode = 1
  if (result.date === '') console.log('not kept: give --date <day> to write bench/results')
  else writeBenchResult(result)
}

function machine(): Machine {
  return {
    cpu: cpus()[0].model,
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
  }
}

function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(6))
}
