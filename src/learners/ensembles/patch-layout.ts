import type { RowLayout } from '../../transforms/row-layout.ts'

/** The layout of rows of which only some columns are looked at: those at the positions `columns`. */
export function patchLayout(layout: RowLayout, columns: Int32Array): RowLayout {
  const codes = [...layout.codeAt.keys()].filter((k) => columns.includes(layout.codeAt[k]))
  const codeSize = Int32Array.from(codes, (k) => layout.codeSize[k])
  let codeSlots = 0
  const codeBase = codeSize.map((size) => (codeSlots += size) - size)
  return {
    width: layout.width,
    numberAt: layout.numberAt.filter((at) => columns.includes(at)),
    codeAt: Int32Array.from(codes, (k) => layout.codeAt[k]),
    codeSize,
    codeBase,
    codeSlots,
  }
}
