/** Losses of a margin for two classes. */
export const binaryLosses = ['log', 'hinge', 'squared-hinge', 'modified-huber'] as const

/**
 * The loss of a linear classifier: log loss, whose probabilities are meant as such; the hinge of support vector machines
 * (Cortes & Vapnik 1995), or its square; the modified Huber loss (Zhang 2004), which forgives outliers.
 */
export type BinaryLoss = (typeof binaryLosses)[number]

/** The derivative of a loss other than log loss by the margin, for a label of 0 or 1. */
export function binaryGradient(loss: Exclude<BinaryLoss, 'log'>, margin: number, label: number): number {
  const sign = label === 1 ? 1 : -1
  const z = sign * margin
  if (z > 1) return 0
  if (loss === 'hinge') return -sign
  return loss === 'modified-huber' && z < -1 ? -4 * sign : -2 * sign * (1 - z)
}
