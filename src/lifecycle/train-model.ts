import { clippedLogLoss } from '../evaluate/clipped-log-loss.ts'
import type { RunningLearner, Target } from '../learners/learner.ts'
import type { Column } from '../transforms/row-schema.ts'
import { type LearnerData, learnerOf } from './learner-of.ts'

const VALIDATION = 0.2 // the newest fifth of the rows is predicted before it is learned
const CLIP = 1e-6

/** All that training needs, as plain data, so that it can go to a worker. */
export interface TrainingOrder {
  readonly learner: LearnerData
  readonly columns: readonly Column[]
  readonly target: Target
  /** Labelled rows, one after the other in the order in which their labels came: the columns, then the label. */
  readonly rows: Float64Array
  /** How many rows a label lags behind its row. */
  readonly delay: number
}

export interface TrainedModel {
  readonly model: Uint8Array
  /** Rows, and the mean loss of the walk-forward validation beside that of the running prior. */
  readonly numbers: Readonly<Record<string, number>>
}

/**
 * Trains a model on labelled rows in their order, once through: walking forward, each of the newest rows is predicted by
 * the model as it was when that row came, its label held back as long as labels really take.
 */
export function trainModel({ learner, columns, target, rows, delay }: TrainingOrder): TrainedModel {
  const running = learnerOf(learner).build({ columns }, target)
  const width = columns.length + 1
  const count = Math.floor(rows.length / width)
  const first = Math.floor(count * (1 - VALIDATION))
  const out = new Float64Array(running.outputs)
  let learned = 0
  let loss = 0
  for (let i = 0; i < count; i++) {
    for (; learned < i && (i < first || learned <= i - delay); learned++) learn(running, rows, learned * width, width)
    running.arrive?.(rows, i * width)
    if (i < first) continue
    running.predict(rows, i * width, out, 0)
    loss += lossOf(target, out, rows[i * width + width - 1])
  }
  for (; learned < count; learned++) learn(running, rows, learned * width, width)
  return {
    model: running.save(),
    numbers: { rows: count, validatedRows: count - first, validationLoss: count > first ? loss / (count - first) : 0 },
  }
}

function learn(running: RunningLearner, rows: Float64Array, at: number, width: number): void {
  running.learn(rows, at, rows[at + width - 1], 1)
}

function lossOf(target: Target, out: Float64Array, label: number): number {
  return target.problem === 'regression' ? Math.abs(label - out[0]) : clippedLogLoss(out[label], CLIP)
}
