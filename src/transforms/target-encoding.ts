import { checkOptions, checkParameter } from './check-parameter.ts'
import { LARGEST_NUMBER, type RowLayout, rowLayout } from './row-layout.ts'
import { type RowSchema, rowSchema } from './row-schema.ts'
import { loadSnapshot, saveSnapshot } from './snapshot.ts'
import type { RunningTransformer, Transformer } from './transformer.ts'

const largest = LARGEST_NUMBER

/** Options of target encoding. */
export interface TargetEncodingOptions {
  /** How many labels of a code weigh as much as the mean of all labels; above 0 to 1e9. Default 20. */
  readonly smoothing?: number
}

/** The state: of each code, and of each column of codes, the weight and the mean of labels. */
type State = { readonly codes: Float64Array; readonly columns: Float64Array }

/**
 * Target encoding: every category and indicator column becomes a number column, the mean of the labels that its code
 * had, drawn towards the mean of all labels while they are few.
 *
 * A label counts when it arrives, not before; and a row is encoded before its own label counts, in learning too, so
 * that no row carries its own label. Labels are 0 and 1, or values: it says little of more than two classes. Before the
 * first label it gives 0. Numbers pass unchanged. Weights are repetitions. A label beyond 1e100 counts as that. When
 * the columns of a stream change, it and what comes after it begin anew. Throws MILLRACE_LEARNER_PARAMETER.
 * Source: Micci-Barreca, A preprocessing scheme for high-cardinality categorical attributes, 2001.
 */
export function targetEncoding(options: TargetEncodingOptions = {}): Transformer<'number' | 'category', 'number'> {
  checkOptions('target-encoding', options, ['smoothing'])
  const range = { min: 0, max: 1e9, above: true }
  const smoothing = checkParameter('target-encoding', 'smoothing', options.smoothing ?? 20, range)
  const parameters = Object.freeze({ smoothing })
  return Object.freeze({
    algorithm: 'target-encoding',
    parameters,
    build: (schema: RowSchema, snapshot?: Uint8Array) => {
      const state = stateOf(rowLayout(schema))
      if (snapshot !== undefined) loadSnapshot(snapshot, 'target-encoding', parameters, schema, state)
      return new RunningTargetEncoding(schema, smoothing, state)
    },
  })
}

function stateOf({ codeSlots, codeAt }: RowLayout): State {
  return { codes: new Float64Array(2 * codeSlots), columns: new Float64Array(2 * codeAt.length) }
}

class RunningTargetEncoding implements RunningTransformer {
  readonly schema: RowSchema
  readonly learnsOnArrival = false
  readonly usesLabels = true
  private readonly from: RowSchema
  private readonly smoothing: number
  private readonly layout: RowLayout
  private readonly state: State

  constructor(from: RowSchema, smoothing: number, state: State) {
    this.from = from
    this.smoothing = smoothing
    this.layout = rowLayout(from)
    this.state = state
    this.schema = rowSchema(from.columns.map(({ name }) => ({ name, kind: 'number', size: 1 })))
  }

  transform(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { numberAt, codeAt } = this.layout
    const { codes, columns } = this.state
    for (let j = 0; j < numberAt.length; j++) out[at + numberAt[j]] = row[offset + numberAt[j]]
    for (let j = 0; j < codeAt.length; j++) {
      const slot = this.slotOf(row, offset, j)
      const mean = columns[2 * j + 1]
      const weight = codes[slot]
      out[at + codeAt[j]] = mean + (weight / (weight + this.smoothing)) * (codes[slot + 1] - mean)
    }
  }

  learn(row: Float64Array, offset: number, label: number, weight: number): void {
    if (!(weight > 0)) return
    const { codes, columns } = this.state
    const value = label > largest ? largest : label < -largest ? -largest : label
    for (let j = 0; j < this.layout.codeAt.length; j++) {
      add(codes, this.slotOf(row, offset, j), value, weight)
      add(columns, 2 * j, value, weight)
    }
  }

  private slotOf(row: Float64Array, offset: number, j: number): number {
    const { codeAt, codeSize, codeBase } = this.layout
    const code = row[offset + codeAt[j]] | 0
    return 2 * (codeBase[j] + (code >>> 0 < codeSize[j] ? code : 0))
  }

  save(): Uint8Array {
    return saveSnapshot('target-encoding', { smoothing: this.smoothing }, this.from, this.state)
  }

  clone(): RunningTransformer {
    const state = { codes: this.state.codes.slice(), columns: this.state.columns.slice() }
    return new RunningTargetEncoding(this.from, this.smoothing, state)
  }

  byteSize(): number {
    return this.state.codes.byteLength + this.state.columns.byteLength
  }
}

/** Adds to a weight and the mean behind it. */
function add(state: Float64Array, at: number, value: number, weight: number): void {
  state[at] += weight
  state[at + 1] += (weight / state[at]) * (value - state[at + 1])
}
