import { MillraceError } from '../errors.ts'
import type { RunningLearner } from '../learners/learner.ts'
import { decodeModelFile, type ModelColumn, type ModelHeader } from '../models/model-file.ts'
import { nearest } from '../stream/nearest.ts'
import type { RowSchema } from '../transforms/row-schema.ts'
import { learnerOf } from './learner-of.ts'

/** What a model says of a row; as in the predictions topic. */
export interface ModelPrediction {
  /** Binary: the probability of true. Regression: the value. Multiclass: the probability of the class predicted. */
  readonly prediction: number
  /** Multiclass: the class predicted. */
  readonly class: string | null
  /** Multiclass: of each class that is known. */
  readonly probabilities: Readonly<Record<string, number>> | null
}

/** A model of a file, ready to predict. */
export interface OpenModel {
  /** What it is and where it comes from. */
  readonly header: ModelHeader
  readonly schema: RowSchema
  /**
   * Predicts for a row given by column: numbers (or booleans) and, for categories, strings. What is left out, null or
   * undefined is missing; a string that the stream had not met is unknown. Throws MILLRACE_MODEL_ROW on a column that
   * there is none of, or a value of another kind.
   */
  predict(row: Readonly<Record<string, unknown>>): ModelPrediction
  /** The learner over rows as arrays, for many rows. */
  readonly learner: RunningLearner
}

/** Opens a model file, as `millrace models export` writes it. Throws MILLRACE_MODEL_FILE, MILLRACE_LIFECYCLE_ALGORITHM, MILLRACE_LEARNER_SNAPSHOT. */
export function openModel(bytes: Uint8Array): OpenModel {
  const { header, learner: saved } = decodeModelFile(bytes)
  const schema = { columns: header.columns.map(({ name, kind, size }) => ({ name, kind, size })) }
  const learner = learnerOf(header).build(schema, header.target, saved)
  const codes = header.columns.map(codesOf)
  const values = new Float64Array(schema.columns.length)
  const out = new Float64Array(learner.outputs)
  return {
    header,
    schema,
    learner,
    predict: (row) => {
      fill(values, row, header, codes)
      learner.predict(values, 0, out, 0)
      return predictionOf(header, out)
    },
  }
}

function codesOf({ categories }: ModelColumn): ReadonlyMap<string, number> {
  return new Map((categories ?? []).map((category, i) => [category, i + 1]))
}

function fill(
  values: Float64Array,
  row: Readonly<Record<string, unknown>>,
  { version, columns }: ModelHeader,
  codes: readonly ReadonlyMap<string, number>[],
): void {
  const place = `row for model ${version}`
  for (const name of Object.keys(row)) {
    if (columns.some((column) => column.name === name)) continue
    const names = columns.map((column) => column.name)
    throw new MillraceError('MILLRACE_MODEL_ROW', place, `there is no column '${name}'`, nearest(name, names))
  }
  for (const [i, { name, kind }] of columns.entries()) {
    const value = row[name] ?? undefined
    if (kind === 'number') values[i] = value === undefined ? Number.NaN : Number(value)
    else values[i] = value === undefined ? 0 : (codes[i].get(value as string) ?? 0)
    const fits = kind === 'number' ? ['number', 'boolean', 'undefined'] : ['string', 'undefined']
    if (fits.includes(typeof value)) continue
    throw new MillraceError(
      'MILLRACE_MODEL_ROW',
      `${place}, column '${name}'`,
      `${JSON.stringify(value)} is no ${kind === 'number' ? 'number' : 'string'}`,
      kind === 'number'
        ? 'Give a number or a boolean, or leave it out'
        : 'It is a category: give a string, or leave it out',
    )
  }
}

function predictionOf({ target, classes }: ModelHeader, out: Float64Array): ModelPrediction {
  if (target.problem !== 'multiclass') return { prediction: out[out.length - 1], class: null, probabilities: null }
  let best = 0
  for (let c = 1; c < classes.length; c++) if (out[c] > out[best]) best = c
  const probabilities = Object.fromEntries(classes.map((name, c) => [name, out[c]]))
  return { prediction: out[best], class: classes[best] ?? null, probabilities }
}
