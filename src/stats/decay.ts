import { exp } from './math/exp.ts'

/** The weight left of a value after `ageMs` >= 0: 2^(-ageMs / halfLifeMs). */
export function decay(ageMs: number, halfLifeMs: number): number {
  return ageMs === 0 ? 1 : exp((ageMs / halfLifeMs) * -Math.LN2)
}
