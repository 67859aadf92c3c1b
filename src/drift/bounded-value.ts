const MOST = 1e100

/** A finite number kept within ±1e100, so that squares and sums of many stay finite. */
export function boundedValue(value: number): number {
  return value > MOST ? MOST : value < -MOST ? -MOST : value
}
