import { MillraceError } from '../../errors.ts'
import type { InferredColumn } from './infer-columns.ts'

export type LabelProblem = 'binary' | 'multiclass' | 'regression'

const CLASSES = 64
const FEW = 10 // whole numbers with at most so many values are classes, with more an amount

/** The problem that a label's values make: what is asked for, or else what they suggest; and what else they could make. Throws MILLRACE_CLI_DATA where none can be. */
export function labelProblem(
  column: InferredColumn,
  file: string,
  asked?: LabelProblem,
): { readonly problem: LabelProblem; readonly otherProblems: readonly LabelProblem[] } {
  const { type, values, manyValues, header, noNumber } = column
  const isNumber = type === 'int' || type === 'long' || type === 'double'
  const isTime = type === 'timestamp-millis'
  const classes = manyValues ? Number.POSITIVE_INFINITY : values.size
  const possible: LabelProblem[] = []
  if (classes === 2 && !isTime) possible.push('binary')
  if (classes <= CLASSES && !isTime) possible.push('multiclass')
  if (isNumber) possible.push('regression')
  const place = `${file}, column '${header}'`
  const what = `${manyValues ? `more than ${values.size}` : values.size} different ${isNumber ? 'numbers' : 'texts'}`
  if (possible.length === 0)
    throw new MillraceError(
      'MILLRACE_CLI_DATA',
      place,
      isTime ? 'it is a time' : `${noText(noNumber)}it has ${what}, too many classes`,
      `Name a label of numbers or of at most ${CLASSES} classes`,
    )
  if (asked !== undefined && !possible.includes(asked))
    throw new MillraceError(
      'MILLRACE_CLI_DATA',
      place,
      `${noText(noNumber)}it has ${what}, which make no ${asked} problem`,
      `Leave --problem out, or choose ${possible.join(' or ')}`,
    )
  const amount = isNumber && classes !== 2 && !(type === 'int' && classes <= FEW)
  const problem = asked ?? (amount ? 'regression' : possible[0])
  return { problem, otherProblems: possible.filter((one) => one !== problem) }
}

/** Of a label that would be a number but for some value: that first. */
function noText(noNumber: string | undefined): string {
  return noNumber === undefined ? '' : `'${noNumber}' is no number (write 1234.5), and `
}
