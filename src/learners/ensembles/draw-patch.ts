import type { SeededRandom } from '../../stats/seeded-random.ts'
import type { RowLayout } from '../../transforms/row-layout.ts'

/** Draws the positions of a `share` of all columns, two at least where there are as many. */
export function drawPatch(layout: RowLayout, share: number, random: SeededRandom): Int32Array {
  const { width } = layout
  const size = Math.min(width, Math.max(2, Math.round(share * width)))
  const deck = Int32Array.from({ length: width }, (_, at) => at)
  for (let i = 0; i < size; i++) {
    const k = i + random.nextInt(width - i)
    const drawn = deck[k]
    deck[k] = deck[i]
    deck[i] = drawn
  }
  return deck.subarray(0, size).sort()
}
