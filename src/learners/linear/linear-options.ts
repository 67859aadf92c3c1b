import { checkChoice, checkOptions, checkParameter } from '../../transforms/check-parameter.ts'
import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { SLOPE_HEAD, type SlopeOptimizer, slopeOptimizers } from './slope-step.ts'

const optimizers = ['adagrad', 'sgd', ...(Object.keys(slopeOptimizers) as SlopeOptimizer[])] as const

/** How a gradient becomes a step: see `slopeOptimizers` for those besides AdaGrad and plain gradient descent. */
export type Optimizer = (typeof optimizers)[number]

/** Options of a linear model trained by gradient steps. */
export interface LinearOptions {
  /**
   * AdaGrad (Duchi, Hazan & Singer 2011): each weight has its own, shrinking step; plain stochastic gradient descent; with
   * momentum, also Nesterov's; RMSProp; AdaDelta (Zeiler 2012); Adam (Kingma & Ba 2015); AMSGrad (Reddi, Kale & Kumar
   * 2018); gradient descent that predicts by its average (Polyak & Juditsky 1992).
   */
  readonly optimizer?: Optimizer
  /** Size of a step, above 0 and at most 100. Default: 0.05 for AdaGrad, 1 for AdaDelta, 0.01 for the others. */
  readonly learningRate?: number
  /** Size of the intercept's plain gradient step, 0 to 100; 0 keeps it at 0. Default: 0.01 with SGD; with the others the intercept is stepped as a weight is. */
  readonly interceptLearningRate?: number
  /** Strength of the L2 penalty on the weights a row touches, 0 to 1. Default 0. The intercept has none. */
  readonly l2?: number
  /** The gradient of the loss, times the weight of the row, is cut to this magnitude; above 0, at most 1e12, the default. */
  readonly clip?: number
}

/** The options with their defaults filled in; `interceptLearningRate` undefined means stepped as a weight. */
export interface LinearParameters {
  readonly optimizer: Optimizer
  readonly learningRate: number
  readonly interceptLearningRate?: number
  readonly l2: number
  readonly clip: number
}

/** Checks the options and fills in the defaults. Throws MILLRACE_LEARNER_PARAMETER. */
export function linearParameters(
  algorithm: string,
  options: LinearOptions,
  optimizer: 'adagrad' | 'sgd',
): LinearParameters {
  checkOptions(algorithm, options, ['optimizer', 'learningRate', 'interceptLearningRate', 'l2', 'clip', 'loss'])
  const chosen = checkChoice(algorithm, 'optimizer', options.optimizer ?? optimizer, optimizers)
  const rate = options.learningRate ?? (chosen === 'adagrad' ? 0.05 : chosen === 'adadelta' ? 1 : 0.01)
  const intercept = options.interceptLearningRate ?? (chosen === 'sgd' ? 0.01 : undefined)
  return Object.freeze({
    optimizer: chosen,
    learningRate: checkParameter(algorithm, 'learningRate', rate, { min: 0, max: 100, above: true }),
    ...(intercept === undefined
      ? {}
      : {
          interceptLearningRate: checkParameter(algorithm, 'interceptLearningRate', intercept, { min: 0, max: 100 }),
        }),
    l2: checkParameter(algorithm, 'l2', options.l2 ?? 0, { min: 0, max: 1 }),
    clip: checkParameter(algorithm, 'clip', options.clip ?? 1e12, { min: 0, max: 1e12, above: true }),
  })
}

/** What a linear model keeps: `head` doubles as a whole, then `stride` for each weight, the weight first. */
export function linearState({ optimizer }: LinearParameters): { readonly head: number; readonly stride: number } {
  if (optimizer === 'adagrad') return { head: 0, stride: 2 }
  return optimizer === 'sgd' ? { head: 0, stride: 1 } : { head: SLOPE_HEAD, stride: slopeOptimizers[optimizer] }
}

/** Doubles of state of a linear model over rows of `schema`. */
export function linearStateLength(schema: RowSchema, parameters: LinearParameters): number {
  const { numberAt, codeSlots } = rowLayout(schema)
  const { head, stride } = linearState(parameters)
  return head + (1 + numberAt.length + codeSlots) * stride
}
