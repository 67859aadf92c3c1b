import { carriedColumns } from '../../transforms/carried-columns.ts'
import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { bayesState, type BayesState, CELL } from './bayes-state.ts'
import { NEUTRAL } from './still-waiting.ts'

/** A state over rows of `from` as one over rows of `to`: by a new column alone, a row is as likely in one class as in another. */
export function carriedBayesState(before: BayesState, from: RowSchema, to: RowSchema, classes: number): BayesState {
  const [old, now] = [rowLayout(from), rowLayout(to)]
  const positions = carriedColumns(from, to)
  const state = bayesState(now, classes)
  state.classes.set(before.classes)
  const isTrained = before.classes.some((weight) => weight > 0)
  now.numberAt.forEach((position, j) => {
    const k = old.numberAt.indexOf(positions[position])
    state.waiting[j] = k < 0 ? Number(isTrained) : before.waiting[k]
    for (let c = 0; c < classes; c++) {
      const at = (c * now.numberAt.length + j) * CELL
      const source = (c * old.numberAt.length + k) * CELL
      if (k >= 0) state.cells.set(before.cells.subarray(source, source + CELL), at)
      else state.cells[at + 4] = isTrained ? NEUTRAL : 0
    }
  })
  now.codeAt.forEach((position, j) => {
    const k = old.codeAt.indexOf(positions[position])
    if (k >= 0) state.seen[j] = before.seen[k]
    for (let c = 0; c < classes; c++) {
      const own = c * now.codeAt.length + j
      state.earlier[own] = k < 0 ? before.classes[c] : before.earlier[c * old.codeAt.length + k]
      if (k < 0) continue
      const source = c * old.codeSlots + old.codeBase[k]
      const codes = before.codes.subarray(source, source + now.codeSize[j])
      state.codes.set(codes, c * now.codeSlots + now.codeBase[j])
    }
  })
  return state
}
