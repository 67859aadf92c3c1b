/**
 * The level at which the k-th challenger (from 1) is tested, by e-LOND (Xu & Ramdas, AISTATS 2024): alpha gamma_k
 * (promotions so far + 1) with gamma_k = 6 / (pi^2 k^2). So of all promotions ever at most a share alpha is expected to be
 * false, however the challengers depend on each other; each promotion gives the next ones more.
 */
export function challengerLevel(alpha: number, challenger: number, promotions: number): number {
  return (alpha * 6 * (promotions + 1)) / (Math.PI * Math.PI * challenger * challenger)
}
