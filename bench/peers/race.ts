import { expectEqual } from '../expect-equal.ts'
import type { BenchCase, FigurePlan } from '../run-bench.ts'
import { runChild } from '../run-child.ts'
import { moa } from './moa.ts'
import type { PeerRows, PeerRun } from './peer-run.ts'
import { river } from './river.ts'

/** A side of a race: what it learns, over how many rows, and what it scores there. */
interface Side {
  readonly rows: number
  readonly score: number
}

/** A learner against the same of MOA and of River over the same rows, each in a process of its own. */
export interface Race {
  readonly name: string
  readonly data: PeerRows
  readonly ours: Side & { readonly algorithm: string; readonly parameters?: object }
  readonly moa?: Side & { readonly learner: string }
  readonly river?: Side & { readonly learner: string }
  /** Times as many rows a second as the peer. */
  readonly bars: { readonly moaCpu?: number; readonly moaWall?: number; readonly riverCpu?: number }
}

type Runs = Record<string, PeerRun>
const WARM = 45_312

/** The cases and figures of a race. Rows a second are those between the start and the end of learning, without start-up. */
export function race(plan: Race): { cases: Record<string, BenchCase<PeerRun>>; figures: FigurePlan<Runs>[] } {
  const { name, data: rows, bars } = plan
  const cases: Record<string, BenchCase<PeerRun>> = {}
  const add = (who: string, side: Side, run: () => PeerRun | Promise<PeerRun>): void => {
    const check = ({ score }: PeerRun): void => expectEqual(`score of ${who}, ${name}`, Math.round(score), side.score)
    cases[`${who}, ${name}`] = { run, check }
  }
  add('ours', plan.ours, () => ours(plan.ours, rows))
  if (plan.moa) add('MOA', plan.moa, () => moa.run(plan.moa?.learner ?? '', rows, plan.moa?.rows ?? 0, WARM))
  if (plan.river)
    add('River', plan.river, () => river.run(plan.river?.learner ?? '', rows, plan.river?.rows ?? 0, 1000))

  const speed = (who: 'ours' | 'moa' | 'river', seconds: 'wallSeconds' | 'cpuSeconds') => (round: never) => {
    const label = { ours: 'ours', moa: 'MOA', river: 'River' }[who]
    const measured = (round as Record<string, { output: PeerRun }>)[`${label}, ${name}`]
    return (plan[who]?.rows ?? 0) / measured.output[seconds]
  }
  const ratio = (peer: 'moa' | 'river', seconds: 'wallSeconds' | 'cpuSeconds') => (round: never) =>
    speed('ours', seconds)(round) / speed(peer, seconds)(round)
  const figure = (what: string, unit: string, of: (round: never) => number, least?: number): FigurePlan<Runs> => ({
    what: `${name}: ${what}`,
    unit,
    of: of as never,
    ...(least === undefined ? {} : { bar: { atLeast: least } }),
  })
  const figures = [figure('rows a second of CPU', 'rows/s', speed('ours', 'cpuSeconds'))]
  if (plan.moa) {
    figures.push(figure('MOA, rows a second of CPU', 'rows/s', speed('moa', 'cpuSeconds')))
    figures.push(figure('against MOA, by CPU', 'times', ratio('moa', 'cpuSeconds'), bars.moaCpu))
    figures.push(figure('against MOA, by the clock', 'times', ratio('moa', 'wallSeconds'), bars.moaWall))
  }
  if (plan.river) {
    figures.push(figure('River, rows a second of CPU', 'rows/s', speed('river', 'cpuSeconds')))
    figures.push(figure('against River, by CPU', 'times', ratio('river', 'cpuSeconds'), bars.riverCpu))
  }
  return { cases, figures }
}

function ours({ algorithm, parameters = {}, rows: count }: Race['ours'], rows: PeerRows): Promise<PeerRun> {
  const { path, width, classes } = rows
  const description = JSON.stringify({ algorithm, parameters })
  return runChild('peers/millrace-peer.ts', [description, path, ...[width, classes, count, WARM].map(String)])
}
