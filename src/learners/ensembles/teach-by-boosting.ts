import type { BoostRecord } from './boost-record.ts'
import type { EnsembleMember } from './ensemble-member.ts'

/** A tree that learns a row as often as it is told. */
export interface BoostedMember extends EnsembleMember {
  lambda: number
  readonly record: BoostRecord
}

/**
 * Lets the members learn a row in turn, each the more often the worse those before it did. In their order; or, with an `order`
 * to keep, as BOLE has it: by how right they were so far, the worst next where the last was wrong, the best next where it was
 * right.
 */
export function teachByBoosting<Member extends BoostedMember>(
  members: readonly Member[],
  row: Float64Array,
  offset: number,
  label: number,
  weight: number,
  clean: boolean,
  answers: Float64Array,
  outputs: number,
  order?: Int32Array,
): void {
  if (order) sortByAccuracy(order, members)
  let [best, worst] = [0, members.length - 1]
  let lambda = 1
  let isWrong = true
  for (let i = 0; i < members.length; i++) {
    const at: number = order ? order[isWrong ? worst-- : best++] : i
    const member: Member = members[at]
    member.lambda = lambda
    isWrong = member.answerThenLearn(row, offset, label, weight, clean, answers, at * outputs) > 0
    lambda = member.record.take(lambda, isWrong)
  }
}

/** Sorts the numbers of the members, the most accurate first; those of equal accuracy by their number, so that the order follows from the state alone. */
function sortByAccuracy(order: Int32Array, members: readonly BoostedMember[]): void {
  for (let i = 0; i < order.length; i++) {
    const accuracy = members[i].record.accuracy()
    let k = i
    for (; k > 0 && members[order[k - 1]].record.accuracy() < accuracy; k--) order[k] = order[k - 1]
    order[k] = i
  }
}
