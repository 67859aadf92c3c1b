import type { Learner } from '../learners/learner.ts'

/** A learner by what outlives a change of the stream. */
export type LearnerDefinition = Pick<Learner<any, any>, 'algorithm' | 'parameters'>

/** Whether two learners are the same, whatever stands around them. */
export function areSameLearners(one: LearnerDefinition, other: LearnerDefinition): boolean {
  return one.algorithm === other.algorithm && JSON.stringify(one.parameters) === JSON.stringify(other.parameters)
}

/**
 * Where each learner of `from` stands in `to`, -1 for one that is gone: each stands for one at the most, and one that is
 * still in its place stays there. Of equal ones the one at `first` comes first.
 */
export function learnerPlaces(
  from: readonly LearnerDefinition[],
  to: readonly LearnerDefinition[],
  first: number,
): number[] {
  const places = from.map(() => -1)
  const place = (i: number, at: number): void => {
    if (places[i] < 0 && at >= 0 && !places.includes(at)) places[i] = at
  }
  const isSame = (i: number, at: number): boolean => at < to.length && areSameLearners(from[i], to[at])
  const anywhere = (i: number): number => to.findIndex((_, at) => isSame(i, at) && !places.includes(at))
  place(first, isSame(first, first) ? first : anywhere(first))
  for (let i = 0; i < from.length; i++) place(i, isSame(i, i) ? i : -1)
  for (let i = 0; i < from.length; i++) place(i, anywhere(i))
  return places
}
