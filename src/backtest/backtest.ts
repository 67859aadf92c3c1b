import { from, lastValueFrom, tap } from 'rxjs'
import { ColumnStage } from '../operators/column-stage.ts'
import type { NamedScores } from '../operators/evaluation.ts'
import type { GraphOutput, ModelEvent, StreamSignal } from '../operators/graph-output.ts'
import { learnInOrder } from '../operators/learn-in-order.ts'
import { type Counter, LearningState, type OutcomeObserver } from '../operators/learning-state.ts'
import { validate } from '../operators/validate.ts'
import type { Batch } from '../stream/batch.ts'
import type { Graph } from '../stream/graph.ts'
import { historyBatches, type History } from './history-batches.ts'
import { type SliceScore, SliceScores } from './slice-scores.ts'

const BATCH_ROWS = 2048 // the columns of a batch stay in the second-level cache
/** Categories kept of a slice column that are in no order. */
export const SLICES = 20

const KEPT = 1000 // dead letters, signals and model events kept for the report; all are counted

export interface BacktestOptions {
  /** Called after each micro-batch with the events so far and the arrival time reached, ms. */
  readonly onProgress?: (events: number, arrivalMs: number) => void
  readonly batchRows?: number
  /** Called with the state before the first row: for a trainer of retrain jobs, say. */
  readonly prepare?: (state: LearningState) => void
  /** Sees every outcome as it is scored. */
  readonly observe?: OutcomeObserver
}

/** One cohort of the learning curve, a day as a rule: every model's figures, in the order of `scores`. */
export interface CohortPoint {
  /** Beginning, ms. */
  readonly time: number
  /** Predictions made in it that were scored. */
  readonly outcomes: number
  /** Whether the means over cohorts count it: it is mature and has at least 500 outcomes. */
  readonly isCounted: boolean
  readonly values: readonly Readonly<Record<string, number>>[]
}

/** A record of history that was of no use. */
export interface RejectedHistory {
  readonly input: string
  /** Which record of its input, from 0. */
  readonly record: number
  readonly cause: string
}

/** What a stream would have done on its history, with every label at its real delay. */
export interface BacktestResult {
  readonly events: number
  readonly predictions: number
  readonly from: number
  readonly to: number
  /** What was served, then the baselines. */
  readonly scores: readonly NamedScores[]
  /** Challengers that never served. */
  readonly challengers: readonly NamedScores[]
  readonly curve: readonly CohortPoint[]
  /** Length of a cohort, whole days: 1 unless labels are waited for very long. */
  readonly cohortDays: number
  readonly slices: Readonly<Record<string, readonly SliceScore[]>>
  /** Columns of `slices` whose categories are numbers, in the order of these and all of them; the others are by outcomes. */
  readonly orderedSlices: readonly string[]
  /** The first thousand of each; `count` knows them all. */
  readonly deadLetters: readonly RejectedHistory[]
  readonly signals: readonly StreamSignal[]
  readonly models: readonly ModelEvent[]
  readonly count: (counter: Counter) => number
  readonly state: LearningState
}

/** Runs a graph over history, by arrival, as fast as the machine can: predict, wait for the label as long as it really took, learn. */
export async function backtest(graph: Graph, history: History, options: BacktestOptions = {}): Promise<BacktestResult> {
  const state = new LearningState(graph)
  options.prepare?.(state)
  const slices = new SliceScores(state)
  state.observer = bothOf(slices.observe, options.observe)
  const curve: CohortPoint[] = []
  const { evaluation } = state
  evaluation.cohorts.onClose = (cohort) => curve.push(evaluation.cohortPoint(cohort))
  const kept = { deadLetters: [] as RejectedHistory[], signals: [] as StreamSignal[], models: [] as ModelEvent[] }
  let events = 0
  let first = Number.NaN
  let taken: Batch | undefined
  const batches = from(historyBatches(graph, history, options.batchRows ?? BATCH_ROWS)).pipe(
    tap((batch) => {
      taken = batch
      if (events === 0) first = batch.inputs[batch.input[0]].arrival[batch.row[0]]
      events += batch.count
    }),
    validate(new ColumnStage(graph)),
    learnInOrder(state),
    tap((output) => {
      keep(kept.deadLetters, rejected(graph, taken as Batch, output))
      keep(kept.signals, output.signals)
      keep(kept.models, output.models)
      options.onProgress?.(events, state.count('nowMs'))
    }),
  )
  await lastValueFrom(batches, { defaultValue: undefined })
  for (const { cohort } of evaluation.cohorts.openCohorts()) curve.push(evaluation.cohortPoint(cohort))
  const { slots } = state.models
  return {
    events,
    predictions: state.count('predicted'),
    from: first,
    to: state.count('nowMs'),
    scores: evaluation.read(),
    challengers: slots.flatMap((slot, i) =>
      slot === undefined || i === state.models.champion ? [] : [evaluation.readSlot(i, slot.version)],
    ),
    curve: curve.sort((a, b) => a.time - b.time),
    cohortDays: evaluation.cohortDays,
    ...slices.read(SLICES),
    ...kept,
    count: (counter) => state.count(counter),
    state,
  }
}

function keep<T>(kept: T[], more: readonly T[]): void {
  for (let i = 0; i < more.length && kept.length < KEPT; i++) kept.push(more[i])
}

const none: readonly RejectedHistory[] = []

function rejected(graph: Graph, { inputs }: Batch, { deadLetters }: GraphOutput): readonly RejectedHistory[] {
  if (deadLetters.length === 0) return none
  return deadLetters.map(({ input, row, cause }) => ({
    input: graph.inputs[input].name,
    record: inputs[input].offset[row],
    cause,
  }))
}

function bothOf(first: OutcomeObserver, second: OutcomeObserver | undefined): OutcomeObserver {
  if (second === undefined) return first
  return (values, at, layout, label) => {
    first(values, at, layout, label)
    second(values, at, layout, label)
  }
}
