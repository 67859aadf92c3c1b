import { checkChoice, checkOptions, checkParameter } from './check-parameter.ts'
import { type RowLayout, rowLayout } from './row-layout.ts'
import { type Column, type RowSchema, rowSchema } from './row-schema.ts'
import { loadSnapshot, saveSnapshot } from './snapshot.ts'
import type { RunningTransformer, Transformer } from './transformer.ts'

/** Options of polynomial features. */
export interface PolynomialOptions {
  /** How many numbers are multiplied at most, 2 to 4. Default 2. */
  readonly degree?: number
  /** Leaves out products in which a number comes twice. Default false. */
  readonly interactionOnly?: boolean
}

type Parameters = Required<PolynomialOptions>

/**
 * Polynomial features: the row, and all products of up to `degree` of its numbers, each a number column more.
 *
 * A product is named by its columns in the order of their names (`distance*speed`); with n numbers there are n (n + 1)
 * / 2 of two, with `interactionOnly` n (n - 1) / 2. It is missing where one of its numbers is, or where it lies beyond
 * 1e100. Category and indicator columns pass unchanged; `hashing` multiplies those. It learns nothing. A row costs one
 * product each. Throws MILLRACE_LEARNER_PARAMETER, and MILLRACE_LEARNER_SCHEMA where products or columns would share a
 * name.
 * Source: Gergonne, Application de la méthode des moindres quarrés à l'interpolation des suites, 1815.
 */
export function polynomial(options: PolynomialOptions = {}): Transformer<'number', 'number'> {
  checkOptions('polynomial', options, ['degree', 'interactionOnly'])
  const degree = checkParameter('polynomial', 'degree', options.degree ?? 2, { min: 2, max: 4, whole: true })
  const interactionOnly = checkChoice('polynomial', 'interactionOnly', options.interactionOnly ?? false, [true, false])
  const parameters = Object.freeze({ degree, interactionOnly })
  return Object.freeze({
    algorithm: 'polynomial',
    parameters,
    build: (schema: RowSchema, snapshot?: Uint8Array) => {
      if (snapshot !== undefined) loadSnapshot(snapshot, 'polynomial', parameters, schema, {})
      return new RunningPolynomial(schema, parameters)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema) => {
      loadSnapshot(snapshot, 'polynomial', parameters, from, {})
      return saveSnapshot('polynomial', parameters, to, {})
    },
  })
}

class RunningPolynomial implements RunningTransformer {
  readonly schema: RowSchema
  readonly learnsOnArrival = false
  private readonly from: RowSchema
  private readonly parameters: Parameters
  private readonly layout: RowLayout
  private readonly left: Int32Array // where in the written row each product's last number, and what it is multiplied by, stand
  private readonly right: Int32Array

  constructor(from: RowSchema, parameters: Parameters) {
    this.from = from
    this.parameters = parameters
    this.layout = rowLayout(from)
    const columns: Column[] = [...from.columns]
    const numbers = [...this.layout.numberAt].sort((a, b) => (columns[a].name < columns[b].name ? -1 : 1))
    const left: number[] = []
    const right: number[] = []
    // Products of one number more, of those of one less: each with the numbers that come after its last one.
    let last = numbers.map((at, rank) => ({ at, rank }))
    for (let degree = 2; degree <= parameters.degree; degree++) {
      last = last.flatMap(({ at, rank }) =>
        numbers.slice(rank + Number(parameters.interactionOnly)).map((other, i) => {
          left.push(other)
          right.push(at)
          columns.push({ name: `${columns[at].name}*${columns[other].name}`, kind: 'number', size: 1 })
          return { at: columns.length - 1, rank: rank + Number(parameters.interactionOnly) + i }
        }),
      )
    }
    this.left = Int32Array.from(left)
    this.right = Int32Array.from(right)
    this.schema = rowSchema(columns)
  }

  transform(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { left, right } = this
    const { width } = this.layout
    for (let i = 0; i < width; i++) out[at + i] = row[offset + i]
    for (let k = 0; k < left.length; k++) out[at + width + k] = out[at + left[k]] * out[at + right[k]]
  }

  learn(): void {}

  save(): Uint8Array {
    return saveSnapshot('polynomial', this.parameters, this.from, {})
  }

  clone(): RunningTransformer {
    return new RunningPolynomial(this.from, this.parameters)
  }

  byteSize(): number {
    return this.left.byteLength + this.right.byteLength
  }
}
