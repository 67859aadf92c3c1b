import { SeededRandom } from '../../stats/seeded-random.ts'

/** How many consecutive values a block has: three correlation times, so that blocks hardly depend on each other; 1 where there is next to no correlation. */
export function blockLength(correlationTime: number): number {
  return correlationTime < 1.5 ? 1 : Math.ceil(3 * correlationTime)
}

/**
 * The p-value of a statistic by permuting blocks of consecutive values between two samples, each block as a whole, so
 * that what hangs together stays together. `statisticOf` gets, for each block (those of the reference first), 1 where it
 * is of the current sample. The observed order counts as one, so the p-value is never 0.
 * Source: Phipson & Smyth, Permutation P-values Should Never Be Zero, 2010.
 */
export function blockPermutation(
  referenceBlocks: number,
  currentBlocks: number,
  permutations: number,
  seed: number,
  statisticOf: (isCurrent: Uint8Array) => number,
): number {
  const blocks = referenceBlocks + currentBlocks
  const isCurrent = new Uint8Array(blocks)
  isCurrent.fill(1, referenceBlocks)
  const observed = statisticOf(isCurrent)
  const random = new SeededRandom(seed)
  let asGreat = 1
  for (let p = 0; p < permutations; p++) {
    for (let i = blocks - 1; i > 0; i--) {
      const j = random.nextInt(i + 1)
      const swapped = isCurrent[i]
      isCurrent[i] = isCurrent[j]
      isCurrent[j] = swapped
    }
    if (statisticOf(isCurrent) >= observed * (1 - 1e-12)) asGreat++
  }
  return asGreat / (permutations + 1)
}
