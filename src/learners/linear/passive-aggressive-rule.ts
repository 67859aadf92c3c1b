import { checkChoice, checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import type { ActiveRow } from './active-row.ts'
import { dot } from './dot.ts'
import type { MarginRule } from './margin-rule.ts'

const LONGEST = 1e12 // of a step, so that sums of huge rows stay finite

/** Options of a passive-aggressive learner. */
export interface PassiveAggressiveOptions {
  /** How the step is held back: cut at `aggressiveness` (PA-I, the default), or damped by it (PA-II). */
  readonly mode?: 'PA-I' | 'PA-II'
  /** C: how far a single row may move the model, above 0 and at most 1e12. Default 1. A row's weight multiplies it. */
  readonly aggressiveness?: number
  /** Whether there is an intercept. Default true. */
  readonly intercept?: boolean
}

export interface PassiveAggressiveParameters {
  readonly mode: 'PA-I' | 'PA-II'
  readonly aggressiveness: number
  readonly intercept: boolean
}

/** Checks the options and fills in the defaults. Throws MILLRACE_LEARNER_PARAMETER. */
export function passiveAggressiveParameters(
  algorithm: string,
  options: PassiveAggressiveOptions,
  besides: readonly string[] = [],
): PassiveAggressiveParameters {
  checkOptions(algorithm, options, ['mode', 'aggressiveness', 'intercept', ...besides])
  return {
    mode: checkChoice(algorithm, 'mode', options.mode ?? 'PA-I', ['PA-I', 'PA-II']),
    aggressiveness: checkParameter(algorithm, 'aggressiveness', options.aggressiveness ?? 1, {
      min: 0,
      max: 1e12,
      above: true,
    }),
    intercept: checkChoice<boolean>(algorithm, 'intercept', options.intercept ?? true, [true, false]),
  }
}

/**
 * The least change of the weights that satisfies the row, held back by its mode. `sensitivity` below 0 means two classes
 * and the hinge loss; otherwise values that may be off by that much for nothing.
 */
export class PassiveAggressiveRule implements MarginRule {
  private readonly state: Float64Array
  private readonly mode: PassiveAggressiveParameters['mode']
  private readonly aggressiveness: number
  private readonly intercept: number
  private readonly sensitivity: number

  constructor(state: Float64Array, parameters: PassiveAggressiveParameters, sensitivity: number) {
    this.state = state
    this.mode = parameters.mode
    this.aggressiveness = parameters.aggressiveness
    this.intercept = parameters.intercept ? 1 : 0
    this.sensitivity = sensitivity
  }

  margin(row: ActiveRow): number {
    return dot(this.state, row, 0, 1)
  }

  learn(row: ActiveRow, margin: number, label: number, weight: number): void {
    const { state, sensitivity } = this
    const { slots, values, count } = row
    const sign = sensitivity < 0 ? (label === 1 ? 1 : -1) : label > margin ? 1 : -1
    const loss = sensitivity < 0 ? 1 - sign * margin : Math.abs(label - margin) - sensitivity
    if (!(loss > 0)) return
    let norm = 0
    for (let i = 1; i < count; i++) norm += values[i] * values[i]
    const length = this.stepLength(loss, norm, this.aggressiveness * weight)
    const step = sign * (length < LONGEST ? length : LONGEST)
    state[0] += this.intercept * step
    for (let i = 1; i < count; i++) state[slots[i]] += step * values[i]
  }

  weight(slot: number): number {
    return this.state[slot]
  }

  private stepLength(loss: number, norm: number, most: number): number {
    if (this.mode === 'PA-II') return loss / (norm + 0.5 / most)
    if (norm === 0) return 0
    const full = loss / norm
    return full > most ? most : full
  }
}
