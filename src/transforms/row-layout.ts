import type { RowSchema } from './row-schema.ts'

/**
 * The largest magnitude a number of a row may have. A number that is NaN, infinite or larger counts as missing, in every
 * transform and learner: so squares and products of numbers stay finite, whatever comes in.
 */
export const LARGEST_NUMBER = 1e100

/** Where the numbers and the codes of a row lie: its columns sorted by how a loop must treat them, as flat arrays. */
export interface RowLayout {
  /** Doubles a row. */
  readonly width: number
  /** Positions of the number columns. */
  readonly numberAt: Int32Array
  /** Positions of the category and indicator columns. */
  readonly codeAt: Int32Array
  /** How many codes each of those has. A code outside of 0 to size - 1 counts as 0, unknown. */
  readonly codeSize: Int32Array
  /** The first slot of each of those when all their codes are laid end to end. */
  readonly codeBase: Int32Array
  /** Slots of all of those together. */
  readonly codeSlots: number
}

/** The layout of rows of `schema`. */
export function rowLayout(schema: RowSchema): RowLayout {
  const numberAt: number[] = []
  const codeAt: number[] = []
  const codeSize: number[] = []
  const codeBase: number[] = []
  let codeSlots = 0
  for (const [position, column] of schema.columns.entries()) {
    if (column.kind === 'number') numberAt.push(position)
    else {
      codeAt.push(position)
      codeSize.push(column.size)
      codeBase.push(codeSlots)
      codeSlots += column.size
    }
  }
  return {
    width: schema.columns.length,
    numberAt: Int32Array.from(numberAt),
    codeAt: Int32Array.from(codeAt),
    codeSize: Int32Array.from(codeSize),
    codeBase: Int32Array.from(codeBase),
    codeSlots,
  }
}
