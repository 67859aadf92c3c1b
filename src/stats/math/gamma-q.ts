import { exp } from './exp.ts'
import { lgamma } from './lgamma.ts'
import { log } from './log.ts'

const MOST_TERMS = 10_000

/**
 * The regularised upper incomplete gamma function Q(a, x) for a > 0 and x >= 0: the chance that a gamma variable of shape
 * a exceeds x; Q(k / 2, x / 2) is the upper tail of chi-square with k degrees of freedom. Relative error below
 * 1e-12 for a up to 1,000 where Q > 1e-290; NaN outside of the domain. The series of P below a + 1 (Abramowitz & Stegun
 * 6.5.29), Lentz's continued fraction above (Numerical Recipes, 2007, 6.2).
 */
export function gammaQ(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) return NaN
  if (x === 0) return 1
  if (x === Infinity) return 0
  const scale = exp(a * log(x) - x - lgamma(a))
  return x < a + 1 ? 1 - scale * series(a, x) : scale * fraction(a, x)
}

function series(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < MOST_TERMS && term > sum * 1e-17; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

function fraction(a: number, x: number): number {
  let b = x + 1 - a
  let c = 1e300
  let d = 1 / b
  let value = d
  for (let n = 1; n < MOST_TERMS; n++) {
    const factor = -n * (n - a)
    b += 2
    d = 1 / (factor * d + b)
    c = b + factor / c
    const change = c * d
    value *= change
    if (Math.abs(change - 1) < 1e-16) break
  }
  return value
}
