import { erf } from './erf.ts'
import { gaussianDecay } from './gaussian-decay.ts'
import { log } from './log.ts'
import { scaledErfc } from './scaled-erfc.ts'

const ROOT_HALF_PI = 1.2533141373155003 // sqrt(pi / 2)

/**
 * The standard normal quantile: the x below which a standard normal variable falls with probability p. Relative error
 * below 1e-15; -Infinity at 0, Infinity at 1, NaN outside. A first guess by Hastings (Abramowitz & Stegun 26.2.23),
 * then two Halley steps, near the middle on erf and in the tails on the logarithm of the probability, where nothing
 * underflows.
 */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : NaN
  if (p === 0.5) return 0
  if (p > 0.5) return -normalQuantile(1 - p)
  const t = Math.sqrt(-2 * log(p))
  let x = -t + (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)))
  const target = log(2 * p)
  for (let step = 0; step < 2; step += 1) {
    if (x > -0.7) {
      const miss = ((erf(x * Math.SQRT1_2) - 2 * (p - 0.5)) * ROOT_HALF_PI) / gaussianDecay(x, 0.5)
      x -= miss / (1 + 0.5 * x * miss)
    } else {
      const tail = scaledErfc(-x * Math.SQRT1_2)
      const slope = 1 / (ROOT_HALF_PI * tail) // d log(cdf) / dx
      const miss = (log(tail) - 0.5 * x * x - target) / slope
      x -= miss / (1 - 0.5 * miss * (-x - slope))
    }
  }
  return x
}
