import { log } from './log.ts'
import { log1p } from './log1p.ts'
import { sin } from './sin.ts'

/**
 * (-1)^k (zeta(k) - 1) / k for k = 2..31: ln gamma(2 + z) = (1 - Euler's constant) z + the sum of these times z^k
 * (Abramowitz & Stegun 6.1.33).
 */
const zetas = Float64Array.of(
  0.3224670334241132,
  -0.0673523010531981,
  0.020580808427784546,
  -0.007385551028673986,
  0.0028905103307415234,
  -0.001192753911703261,
  0.0005096695247430425,
  -0.00022315475845357939,
  9.945751278180853e-5,
  -4.492623673813314e-5,
  2.050721277567069e-5,
  -9.439488275268397e-6,
  4.374866789907488e-6,
  -2.039215753801366e-6,
  9.55141213040742e-7,
  -4.492469198764566e-7,
  2.1207184805554665e-7,
  -1.0043224823968099e-7,
  4.7698101693639804e-8,
  -2.2711094608943164e-8,
  1.0838659214896955e-8,
  -5.183475041970047e-9,
  2.4836745438024785e-9,
  -1.1921401405860912e-9,
  5.731367241678862e-10,
  -2.7595228851242334e-10,
  1.330476437424449e-10,
  -6.4229645638381e-11,
  3.1044247747322276e-11,
  -1.5021384080754142e-11,
)
const ONE_MINUS_EULER = 0.42278433509846713
const HALF_LOG_TWO_PI = 0.9189385332046727

/**
 * The logarithm of the absolute value of the gamma function, within 6 ulp for x > 0 and equal on every machine;
 * Infinity at 0 and the negative integers. A zeta series around 2, its recurrence up to 10, Stirling's series beyond,
 * reflection below zero (there the error is absolute, 1e-15 times the terms).
 */
export function lgamma(x: number): number {
  if (x !== x) return NaN
  if (x === Infinity || x === -Infinity) return Infinity
  if (x <= 0) return reflected(x)
  if (x < 0.5) return nearTwo(x) - log(x) - log1p(x)
  if (x < 1.5) return nearTwo(x - 1) - log1p(x - 1)
  if (x >= 10) return stirling(x)
  let product = 1
  let rest = x
  while (rest > 2.5) {
    rest -= 1
    product *= rest
  }
  return nearTwo(rest - 2) + log(product)
}

function nearTwo(z: number): number {
  let i = zetas.length - 1
  let value = zetas[i]
  while (i > 0) value = value * z + zetas[--i]
  return z * (ONE_MINUS_EULER + z * value)
}

function stirling(x: number): number {
  if (x > 1e17) return x * (log(x) - 1)
  const inverse = 1 / x
  const z = inverse * inverse
  const series =
    inverse *
    (1 / 12 -
      z *
        (1 / 360 -
          z * (1 / 1260 - z * (1 / 1680 - z * (1 / 1188 - z * (691 / 360360 - z * (1 / 156 - z * (3617 / 122400))))))))
  return (x - 0.5) * log(x) - x + (HALF_LOG_TWO_PI + series)
}

function reflected(x: number): number {
  const floor = Math.floor(x)
  if (floor === x) return Infinity
  const turn = Math.abs(sin(Math.PI * Math.min(x - floor, floor + 1 - x)))
  return log(Math.PI / (turn * Math.abs(x))) - lgamma(-x)
}
