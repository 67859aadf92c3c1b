import { log } from '../../stats/math/log.ts'
import type { RowLayout } from '../../transforms/row-layout.ts'
import type { ChosenColumns } from './chosen-columns.ts'

const LOW = 1e-100 // a product is taken to its logarithm before it can leave the doubles

/** What the leaves of a classification tree know of coded columns: class by class the weight of each code, and how many codes were seen in any. */
export class CodeWeights {
  private readonly layout: RowLayout
  private readonly classes: number
  private readonly columns: ChosenColumns
  private readonly distinctAt: number
  private readonly codesAt: number

  /** `distinctAt` and `codesAt` say where in a slot the counts of codes and the weights begin. */
  constructor(layout: RowLayout, classes: number, columns: ChosenColumns, distinctAt: number, codesAt: number) {
    this.layout = layout
    this.classes = classes
    this.columns = columns
    this.distinctAt = distinctAt
    this.codesAt = codesAt
  }

  /** Learns the codes of a row in the slot at `at`; at `on` the chosen columns say which of them it looks at. */
  learn(
    slab: Float64Array,
    at: number,
    on: number,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
  ): void {
    const { classes } = this
    const chosen = this.columns.rows
    const { codeAt, codeSize, codeBase, codeSlots } = this.layout
    for (let k = 0; k < codeAt.length; k++) {
      if (chosen[on + k] === 0) continue
      const code = row[offset + codeAt[k]] | 0
      const slot = at + this.codesAt + codeBase[k] + (code >>> 0 < codeSize[k] ? code : 0)
      const own = slot + label * codeSlots
      if (slab[own] === 0) {
        let fresh = 1
        for (let c = 0; c < classes; c++) if (slab[slot + c * codeSlots] > 0) fresh = 0
        slab[at + this.distinctAt + k] += fresh
      }
      slab[own] += weight
    }
  }

  /** Multiplies out[to] by the smoothed shares of the row's codes in class `c`, of which the leaf has `seen` that much; gives a logarithm that belongs to it. */
  likelihood(
    slab: Float64Array,
    at: number,
    on: number,
    row: Float64Array,
    offset: number,
    c: number,
    seen: number,
    out: Float64Array,
    to: number,
  ): number {
    const chosen = this.columns.rows
    const { codeAt, codeSize, codeBase, codeSlots } = this.layout
    let product = out[to]
    let exponent = 0
    for (let k = 0; k < codeAt.length; k++) {
      if (chosen[on + k] === 0) continue
      const code = row[offset + codeAt[k]] | 0
      const slot = at + this.codesAt + c * codeSlots + codeBase[k] + (code >>> 0 < codeSize[k] ? code : 0)
      product *= (slab[slot] + 1) / (seen + slab[at + this.distinctAt + k] + 1)
      if (product < LOW && product > 0) {
        exponent += log(product)
        product = 1
      }
    }
    out[to] = product
    return exponent
  }
}
