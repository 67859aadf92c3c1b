import { carriedColumns } from '../../transforms/carried-columns.ts'
import { rowLayout } from '../../transforms/row-layout.ts'
import type { RowSchema } from '../../transforms/row-schema.ts'
import { type LinearParameters, linearState, linearStateLength } from './linear-options.ts'

/** The state of a linear model over rows of `from` as one over rows of `to`: weights go with their columns, those of new columns are 0. */
export function carriedLinearState(
  before: Float64Array,
  from: RowSchema,
  to: RowSchema,
  parameters: LinearParameters,
): Float64Array {
  const state = new Float64Array(linearStateLength(to, parameters))
  const { head, stride } = linearState(parameters)
  carriedSlots(before, from, state, to, stride, head)
  return state
}

/**
 * Copies what a linear model knew over rows of `from` into `state`, a new one over rows of `to`: `head` doubles of the
 * model as a whole, then `stride` for each slot: the intercept, the numbers, the codes. What belongs to new columns stays.
 */
export function carriedSlots(
  before: Float64Array,
  from: RowSchema,
  state: Float64Array,
  to: RowSchema,
  stride: number,
  head: number,
): void {
  state.set(before.subarray(0, head + stride))
  const slotsBefore = weightSlots(from)
  const slots = weightSlots(to)
  carriedColumns(from, to).forEach((position, i) => {
    if (position < 0) return
    const at = head + slotsBefore[position] * stride
    state.set(before.subarray(at, at + to.columns[i].size * stride), head + slots[i] * stride)
  })
}

/** The slot of each column's first weight. */
function weightSlots(schema: RowSchema): Int32Array {
  const { numberAt, codeAt, codeBase } = rowLayout(schema)
  const slots = new Int32Array(schema.columns.length)
  numberAt.forEach((position, j) => (slots[position] = 1 + j))
  codeAt.forEach((position, j) => (slots[position] = 1 + numberAt.length + codeBase[j]))
  return slots
}
