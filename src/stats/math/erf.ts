import { gaussianDecay } from './gaussian-decay.ts'
import { scaledErfc } from './scaled-erfc.ts'

/** erf(x)/x - 1 in powers of x^2 for |x| <= 1, lowest first: interpolated at Chebyshev nodes with 60 digits. */
const coefficients = Float64Array.of(
  0.1283791670955126,
  -0.3761263890318375,
  0.11283791670954879,
  -0.026866170645076792,
  0.0052239776248180145,
  -0.000854832698083379,
  0.0001205533111164271,
  -1.4925595266831182e-5,
  1.6461000484121368e-6,
  -1.6350312701054695e-7,
  1.4659775274047436e-8,
  -1.1372848856791674e-9,
  5.957176147748911e-11,
)

/**
 * The error function, within 1.5 ulp and equal on every machine: a polynomial up to 1, one minus the complement beyond.
 */
export function erf(x: number): number {
  if (!(x > -1 && x < 1)) {
    if (x < 0) return -erf(-x)
    if (x < 6) return 1 - gaussianDecay(x, 1) * scaledErfc(x)
    return x === x ? 1 : NaN
  }
  const z = x * x
  const c = coefficients
  let i = c.length - 1
  let value = c[i]
  while (i > 0) value = value * z + c[--i]
  return x + x * value
}
