import { clippedLogLoss } from '../evaluate/clipped-log-loss.ts'
import { priorClass } from '../learners/baselines/prior-class.ts'
import { priorMean } from '../learners/baselines/prior-mean.ts'
import type { Learner, RunningLearner, Target } from '../learners/learner.ts'
import type { Column } from '../transforms/row-schema.ts'
import { type LearnerData, learnerOf } from './learner-of.ts'

const VALIDATION = 0.2 // the newest fifth of the rows is scored
const CLIP = 1e-6
const RENEWED = 0.1 // a model that goes on from the champion steps as if it had learned a tenth of what that has
const CLEARLY = 4 // standard errors; of neighbouring rows, which go together

/** All that training needs, as plain data, so that it can go to a worker. */
export interface TrainingOrder {
  readonly learner: LearnerData
  readonly columns: readonly Column[]
  readonly target: Target
  /** Labelled rows, one after the other in the order in which their labels came: the columns, then the label. */
  readonly rows: Float64Array
  /** How many rows wait for their labels when the next one comes. */
  readonly delay: number
  /** The champion as it was when the rows were pinned, as saved; undefined where a model can only begin anew. */
  readonly start: Uint8Array | undefined
}

export interface TrainedModel {
  readonly model: Uint8Array
  /**
   * Rows; the mean loss of the walk-forward validation (log loss, or absolute error) beside that of the running prior; and,
   * where there was a champion to go on from, 1 if the model did (`fromChampion`) and the loss of the other way
   * (`otherLoss`).
   */
  readonly numbers: Readonly<Record<string, number>>
}

/** A learner that has walked over the rows, and what it lost on the newest of them. */
interface Walked {
  readonly running: RunningLearner
  readonly losses: Float64Array
}

/**
 * Trains a model on labelled rows in their order, once through, in two ways: anew, and from the champion on, with step
 * sizes renewed. Walking forward, each of the newest rows is predicted by the model as it was when that row came, its label
 * held back as long as labels really take. The champion has learned these rows, so its way is flattered; it is taken
 * unless the other is clearly better all the same, for what did not change need not be learned again.
 */
export function trainModel(order: TrainingOrder): TrainedModel {
  const { learner, columns, target, start } = order
  const described = learnerOf(learner)
  const anew = walk(order, described.build({ columns }, target))
  const prior = walk(order, (baselineOf(target) as Learner<any, any>).build({ columns }, target))
  const width = columns.length + 1
  const scores = { rows: Math.floor(order.rows.length / width), validatedRows: anew.losses.length }
  if (start === undefined) return result(anew, { ...scores, ...lossesOf(anew, prior) })
  const renewed = described.build({ columns }, target, start)
  renewed.renewSteps?.(RENEWED)
  const goneOn = walk(order, renewed)
  const isAnew = isClearlyLess(anew.losses, goneOn.losses)
  const [taken, other] = isAnew ? [anew, goneOn] : [goneOn, anew]
  const otherLoss = mean(other.losses)
  return result(taken, { ...scores, ...lossesOf(taken, prior), fromChampion: isAnew ? 0 : 1, otherLoss })
}

function walk({ columns, target, rows, delay }: TrainingOrder, running: RunningLearner): Walked {
  const width = columns.length + 1
  const count = Math.floor(rows.length / width)
  const first = Math.floor(count * (1 - VALIDATION))
  const losses = new Float64Array(count - first)
  const out = new Float64Array(running.outputs)
  let learned = 0
  const learnUpTo = (end: number): void => {
    for (; learned < end; learned++) running.learn(rows, learned * width, rows[learned * width + width - 1], 1)
  }
  for (let i = 0; i < count; i++) {
    learnUpTo(i - delay)
    running.arrive?.(rows, i * width)
    if (i < first) continue
    running.predict(rows, i * width, out, 0)
    losses[i - first] = lossOf(target, out, rows[i * width + width - 1])
  }
  learnUpTo(count)
  return { running, losses }
}

/** Whether losses on the same rows are surely lower; always than those that are no numbers. */
function isClearlyLess(losses: Float64Array, others: Float64Array): boolean {
  const saved = mean(others.map((other, i) => other - losses[i]))
  if (saved - saved !== 0) return !(saved < 0) && others.length > 0
  const spread = mean(others.map((other, i) => (other - losses[i] - saved) ** 2))
  return saved > CLEARLY * Math.sqrt(spread / losses.length)
}

function lossesOf(model: Walked, prior: Walked): Record<string, number> {
  if (model.losses.length === 0) return {}
  return { validationLoss: mean(model.losses), priorLoss: mean(prior.losses) }
}

function result({ running }: Walked, numbers: Record<string, number>): TrainedModel {
  return { model: running.save(), numbers }
}

function mean(values: Float64Array): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

function baselineOf({ problem }: Target): unknown {
  return problem === 'regression' ? priorMean() : priorClass()
}

function lossOf({ problem }: Target, out: Float64Array, label: number): number {
  return problem === 'regression' ? Math.abs(label - out[0]) : clippedLogLoss(out[label], CLIP)
}
