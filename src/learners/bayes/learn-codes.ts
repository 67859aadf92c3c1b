import type { RowLayout } from '../../transforms/row-layout.ts'

/**
 * Adds the codes of a row of class `label` to the counts of codes, class by class, and to the number of codes seen in
 * any class, which begins at `seen[seenAt]` for the first coded column. Gives how many codes were new to all classes.
 */
export function learnCodes(
  layout: RowLayout,
  codes: Float64Array,
  seen: Float64Array,
  seenAt: number,
  row: Float64Array,
  offset: number,
  label: number,
  weight: number,
): number {
  const { codeAt, codeSize, codeBase, codeSlots } = layout
  let added = 0
  for (let j = 0; j < codeAt.length; j++) {
    const code = row[offset + codeAt[j]] | 0
    const slot = codeBase[j] + (code >>> 0 < codeSize[j] ? code : 0)
    const own = label * codeSlots + slot
    if (codes[own] === 0) {
      let fresh = 1
      for (let at = slot; at < codes.length; at += codeSlots) if (codes[at] > 0) fresh = 0
      seen[seenAt + j] += fresh
      added += fresh
    }
    codes[own] += weight
  }
  return added
}
