import { MillraceError } from '../errors.ts'
import { lastLabel } from '../learners/baselines/last-label.ts'
import { priorClass } from '../learners/baselines/prior-class.ts'
import { priorMean } from '../learners/baselines/prior-mean.ts'
import { gaussianNaiveBayes } from '../learners/bayes/gaussian-naive-bayes.ts'
import type { Learner } from '../learners/learner.ts'
import { linearRegression } from '../learners/linear/linear-regression.ts'
import { logisticRegression } from '../learners/linear/logistic-regression.ts'
import { pipeline } from '../learners/pipeline.ts'
import { hashing } from '../transforms/hashing.ts'
import { oneHot } from '../transforms/one-hot.ts'
import { standardScaler } from '../transforms/standard-scaler.ts'

/** A learner as data: what a description says of itself, enough to make it again in another thread or process. */
export interface LearnerData {
  readonly algorithm: string
  readonly parameters: Readonly<Record<string, unknown>>
}

const factories: Readonly<Record<string, (parameters: never) => unknown>> = {
  'gaussian-naive-bayes': gaussianNaiveBayes,
  hashing,
  'last-label': lastLabel,
  'linear-regression': linearRegression,
  'logistic-regression': logisticRegression,
  'one-hot': oneHot,
  'prior-class': priorClass,
  'prior-mean': priorMean,
  'standard-scaler': standardScaler,
}

/** The description that a learner's data came from. Throws MILLRACE_LIFECYCLE_ALGORITHM for an algorithm that is not there. */
export function learnerOf(data: LearnerData): Learner<any, any> {
  return made(data) as Learner<any, any>
}

function made({ algorithm, parameters }: LearnerData): unknown {
  if (algorithm === 'pipeline') {
    const steps = (parameters.steps as readonly LearnerData[]).map(made)
    return (pipeline as (...steps: unknown[]) => unknown)(...steps)
  }
  const factory = factories[algorithm]
  if (factory !== undefined) return factory(parameters as never)
  throw new MillraceError(
    'MILLRACE_LIFECYCLE_ALGORITHM',
    `model '${algorithm}'`,
    'is no learner or transformer of this version of Millrace',
    `Use the version that made it; there are: ${Object.keys(factories).join(', ')}`,
  )
}
