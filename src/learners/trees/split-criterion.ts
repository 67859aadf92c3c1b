import { log } from '../../stats/math/log.ts'

/** How the worth of a split is measured. */
export type SplitCriterion = 'information-gain' | 'gini' | 'hellinger'

const PER_LN2 = 1 / Math.LN2
const LEAST_SHARE = 0.01 // of the weight that at least two branches must have, as in MOA and River

/**
 * The impurity of the class weights at `from`: the entropy in bits (Shannon, 1948) or the Gini index (Breiman et al., 1984).
 * The Hellinger distance needs none.
 */
export function splitImpurity(criterion: SplitCriterion, weights: Float64Array, from: number, classes: number): number {
  let sum = 0
  for (let c = 0; c < classes; c++) sum += weights[from + c]
  if (!(sum > 0) || criterion === 'hellinger') return 0
  return (criterion === 'gini' ? giniMass(weights, from, classes, sum) : entropyMass(weights, from, classes, sum)) / sum
}

/**
 * What splitting is worth: the loss of impurity from `before`, or the largest Hellinger distance of one class against the
 * rest over the branches (Cieslak & Chawla, 2008). `branches` holds the class weights of `count` branches, one after
 * another. Minus infinity where less than two branches have a hundredth of the weight.
 */
export function splitMerit(
  criterion: SplitCriterion,
  before: number,
  branches: Float64Array,
  count: number,
  classes: number,
): number {
  const length = count * classes
  let total = 0
  for (let i = 0; i < length; i++) total += branches[i]
  let heavy = 0
  let mass = 0
  for (let from = 0; from < length; from += classes) {
    let sum = 0
    for (let c = 0; c < classes; c++) sum += branches[from + c]
    if (sum > LEAST_SHARE * total) heavy++
    if (!(sum > 0)) continue
    if (criterion === 'information-gain') mass += entropyMass(branches, from, classes, sum)
    else if (criterion === 'gini') mass += giniMass(branches, from, classes, sum)
  }
  if (heavy < 2) return -Infinity
  return criterion === 'hellinger' ? hellinger(branches, length, classes, total) : before - mass / total
}

/** The weight times the entropy. */
function entropyMass(weights: Float64Array, from: number, classes: number, sum: number): number {
  let mass = sum * log(sum)
  for (let c = 0; c < classes; c++) {
    const weight = weights[from + c]
    if (weight > 0) mass -= weight * log(weight)
  }
  return mass * PER_LN2
}

/** The weight times the Gini index. */
function giniMass(weights: Float64Array, from: number, classes: number, sum: number): number {
  let squares = 0
  for (let c = 0; c < classes; c++) squares += weights[from + c] * (weights[from + c] / sum)
  return sum - squares
}

function hellinger(branches: Float64Array, length: number, classes: number, total: number): number {
  let most = 0
  for (let c = 0; c < classes; c++) {
    let own = 0
    for (let i = c; i < length; i += classes) own += branches[i]
    const rest = total - own
    if (!(own > 0 && rest > 0)) continue
    let squares = 0
    for (let from = 0; from < length; from += classes) {
      let sum = 0
      for (let k = 0; k < classes; k++) sum += branches[from + k]
      const others = Math.max(0, sum - branches[from + c])
      const gap = Math.sqrt(branches[from + c] / own) - Math.sqrt(others / rest)
      squares += gap * gap
    }
    most = Math.max(most, squares)
  }
  return Math.sqrt(most)
}

/** The range of a merit over `classes` classes, for Hoeffding's bound. */
export function splitRange(criterion: SplitCriterion, classes: number): number {
  if (criterion === 'gini') return 1
  return criterion === 'hellinger' ? Math.SQRT2 : log(Math.max(2, classes)) * PER_LN2
}
