import { log } from '../stats/math/log.ts'

/** -ln p with p kept within [clip, 1 - clip]; a NaN counts as the worst. */
export function clippedLogLoss(p: number, clip: number): number {
  return -log(p >= clip ? (p <= 1 - clip ? p : 1 - clip) : clip)
}
