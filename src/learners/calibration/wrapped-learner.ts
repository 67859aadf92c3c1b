import { MillraceError } from '../../errors.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { loadSnapshot, openSnapshot, saveSnapshot } from '../../transforms/snapshot.ts'
import { checkTarget } from '../check-target.ts'
import type { Learner, Problem, Target } from '../learner.ts'
import { RunningWrappedLearner } from './running-wrapped-learner.ts'

/** What watches the predictions of a learner and their labels, over a state of flat arrays. */
export interface Watcher {
  /** Bytes that it holds besides its state. */
  readonly byteSize: number
  /** Takes a prediction, made without its label, and the label; weight > 0. */
  watch(out: Float64Array, label: number, weight: number): void
  /** Puts what it makes of the prediction `out[at...]` in its place. Absent where predictions stay as they are. */
  adjust?(out: Float64Array, at: number): void
  /** Writes the low and the high end of an interval about the value `out[0]`. */
  interval?(value: Float64Array, out: Float64Array, at: number): void
  /** Writes for each class of the probabilities 1 if it is in the set, else 0. */
  set?(probabilities: Float64Array, out: Float64Array, at: number): void
}

/** The state of a watcher. */
export type WatcherState = Readonly<Record<string, Float64Array>>

/** A kind of watcher around a learner. */
export interface Wrapping<S extends WatcherState> {
  readonly algorithm: string
  readonly problems: readonly Problem[]
  readonly parameters: Readonly<Record<string, unknown>>
  readonly learner: Learner<any, any>
  readonly weights: Learner['weights']
  /** The state before the first row. */
  readonly state: (target: Target) => S
  /** The watcher over a state, new or loaded. */
  readonly watcher: (state: S, target: Target) => Watcher
}

/**
 * The description of a learner that is another with a watcher around it. Throws MILLRACE_LEARNER_PARAMETER where that
 * solves none of the problems.
 */
export function wrappedLearner<S extends WatcherState, P extends Problem, C extends string>(
  of: Omit<Wrapping<S>, 'parameters'> & { readonly options: object },
): Learner<P, C> {
  const { algorithm, learner, options } = of
  const problems = Object.freeze(of.problems.filter((problem) => learner.problems.includes(problem)))
  if (problems.length === 0) {
    throw new MillraceError(
      'MILLRACE_LEARNER_PARAMETER',
      algorithm,
      `${learner.algorithm} solves ${learner.problems.join(', ')}`,
      `Give a learner for ${of.problems.join(' or ')}`,
    )
  }
  const inner = Object.freeze({ algorithm: learner.algorithm, parameters: learner.parameters })
  const parameters = Object.freeze({ learner: inner, ...options })
  const wrapping: Wrapping<S> = { ...of, problems, parameters }
  const carry = learner.carry?.bind(learner)
  return Object.freeze({
    algorithm,
    problems,
    parameters,
    weights: of.weights,
    missing: learner.missing,
    build: (schema: RowSchema, target: Target, snapshot?: Uint8Array) => {
      checkTarget(algorithm, problems, target)
      const parts = snapshot && openSnapshot(snapshot, algorithm, parameters, schema, target)
      const state = of.state(target)
      if (parts) loadSnapshot(parts.watcher as Uint8Array, algorithm, parameters, schema, state, target)
      const running = learner.build(schema, target, parts?.learner as Uint8Array | undefined)
      return new RunningWrappedLearner(wrapping, schema, target, running, state)
    },
    ...(carry === undefined
      ? {}
      : {
          carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema, target: Target) => {
            const parts = openSnapshot(snapshot, algorithm, parameters, from, target) as Record<string, Uint8Array>
            const state = of.state(target)
            loadSnapshot(parts.watcher, algorithm, parameters, from, state, target)
            const carried = {
              learner: carry(parts.learner, from, to, target),
              watcher: saveSnapshot(algorithm, parameters, to, state, target),
            }
            return saveSnapshot(algorithm, parameters, to, carried, target)
          },
        }),
  })
}
