import { clippedLogLoss } from '../evaluate/clipped-log-loss.ts'
import { priorClass } from '../learners/baselines/prior-class.ts'
import { priorMean } from '../learners/baselines/prior-mean.ts'
import type { Learner, RunningLearner, Target } from '../learners/learner.ts'
import type { Column } from '../transforms/row-schema.ts'
import { type LearnerData, learnerOf } from './learner-of.ts'

const VALIDATION = 0.2 // the newest fifth of the rows is scored
const CLIP = 1e-6

/** All that training needs, as plain data, so that it can go to a worker. */
export interface TrainingOrder {
  readonly learner: LearnerData
  readonly columns: readonly Column[]
  readonly target: Target
  /** Labelled rows, one after the other in the order in which their labels came: the columns, then the label. */
  readonly rows: Float64Array
  /** How many rows wait for their labels when the next one comes. */
  readonly delay: number
}

export interface TrainedModel {
  readonly model: Uint8Array
  /** Rows, and the mean loss of the walk-forward validation (log loss, or absolute error) beside that of the running prior. */
  readonly numbers: Readonly<Record<string, number>>
}

/**
 * Trains a model on labelled rows in their order, once through: walking forward, each of the newest rows is predicted by
 * the model as it was when that row came, its label held back as long as labels really take.
 */
export function trainModel({ learner, columns, target, rows, delay }: TrainingOrder): TrainedModel {
  const running = learnerOf(learner).build({ columns }, target)
  const prior = (baselineOf(target) as Learner<any, any>).build({ columns }, target)
  const width = columns.length + 1
  const count = Math.floor(rows.length / width)
  const first = Math.floor(count * (1 - VALIDATION))
  const out = new Float64Array(running.outputs)
  let learned = 0
  const learnUpTo = (end: number): void => {
    for (; learned < end; learned++) {
      learn(running, rows, learned * width, width)
      learn(prior, rows, learned * width, width)
    }
  }
  let loss = 0
  let priorLoss = 0
  for (let i = 0; i < count; i++) {
    learnUpTo(i - delay)
    running.arrive?.(rows, i * width)
    if (i < first) continue
    const label = rows[i * width + width - 1]
    running.predict(rows, i * width, out, 0)
    loss += lossOf(target, out, label)
    prior.predict(rows, i * width, out, 0)
    priorLoss += lossOf(target, out, label)
  }
  learnUpTo(count)
  const validatedRows = count - first
  const means =
    validatedRows > 0 ? { validationLoss: loss / validatedRows, priorLoss: priorLoss / validatedRows } : undefined
  return { model: running.save(), numbers: { rows: count, validatedRows, ...means } }
}

function baselineOf({ problem }: Target): unknown {
  return problem === 'regression' ? priorMean() : priorClass()
}

function learn(running: RunningLearner, rows: Float64Array, at: number, width: number): void {
  running.learn(rows, at, rows[at + width - 1], 1)
}

function lossOf({ problem }: Target, out: Float64Array, label: number): number {
  return problem === 'regression' ? Math.abs(label - out[0]) : clippedLogLoss(out[label], CLIP)
}
