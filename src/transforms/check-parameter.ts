import { MillraceError } from '../errors.ts'

/** The values a hyper-parameter may have: from `min` to `max`, both included unless `above`, whole numbers only if `whole`. */
export interface ParameterRange {
  readonly min: number
  readonly max: number
  /** `min` itself is not allowed. */
  readonly above?: boolean
  readonly whole?: boolean
}

/** Gives the hyper-parameter back when it lies in its range. Throws MILLRACE_LEARNER_PARAMETER naming the range. */
export function checkParameter(algorithm: string, name: string, value: number, range: ParameterRange): number {
  const fits = typeof value === 'number' && value <= range.max && (range.above ? value > range.min : value >= range.min)
  if (fits && (!range.whole || Number.isInteger(value))) return value
  throw new MillraceError(
    'MILLRACE_LEARNER_PARAMETER',
    `${algorithm}, ${name}`,
    `${String(value)} is out of range`,
    `Give ${range.whole ? 'a whole number' : 'a number'} ${range.above ? 'above' : 'from'} ${range.min} ${range.above ? 'and at most' : 'to'} ${range.max}`,
  )
}

/** Gives the option back when it is one of `choices`. Throws MILLRACE_LEARNER_PARAMETER naming them. */
export function checkChoice<C extends string | boolean>(
  algorithm: string,
  name: string,
  value: C,
  choices: readonly C[],
): C {
  if (choices.includes(value)) return value
  throw new MillraceError(
    'MILLRACE_LEARNER_PARAMETER',
    `${algorithm}, ${name}`,
    `${JSON.stringify(value)} is not a choice`,
    `Give one of ${choices.map((choice) => (typeof choice === 'string' ? `'${choice}'` : choice)).join(', ')}`,
  )
}

/** Refuses options that the algorithm does not know, so that a misspelled one is not silently ignored. Throws MILLRACE_LEARNER_PARAMETER naming the known ones. */
export function checkOptions(algorithm: string, options: object, known: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (known.includes(name)) continue
    throw new MillraceError(
      'MILLRACE_LEARNER_PARAMETER',
      `${algorithm}, ${name}`,
      'there is no such option',
      known.length === 0 ? 'It takes none' : `Give one of ${known.join(', ')}`,
    )
  }
}
