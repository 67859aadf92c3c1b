import { MillraceError } from '../errors.ts'
import type { Target } from './learner.ts'

const HEAVIEST = 1e12 // keeps sums of weights far from overflow, and far beyond any repetition count

/**
 * Says whether there is anything to learn: false when the weight is 0. Throws MILLRACE_LEARNER_LABEL on a label that is
 * no class of the target or not finite, and on a weight that is negative, above 1e12 or not a number. To be called before
 * any state is touched.
 */
export function checkLabel(target: Target, label: number, weight: number): boolean {
  const fits =
    target.problem === 'regression'
      ? label - label === 0
      : (label | 0) === label && label >= 0 && label < target.classes
  if (fits && weight >= 0 && weight <= HEAVIEST) return weight > 0
  return refuse(target, label, weight, fits)
}

function refuse(target: Target, label: number, weight: number, fits: boolean): never {
  if (fits) {
    throw new MillraceError(
      'MILLRACE_LEARNER_LABEL',
      'weight',
      `${weight} is no weight`,
      `Give a number from 0 to ${HEAVIEST}`,
    )
  }
  throw new MillraceError(
    'MILLRACE_LEARNER_LABEL',
    'label',
    `${label} is not a label of this ${target.problem} problem`,
    target.problem === 'regression' ? 'Give a finite number' : `Give a class index from 0 to ${target.classes - 1}`,
  )
}
