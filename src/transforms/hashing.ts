import { MillraceError } from '../errors.ts'
import { checkOptions, checkParameter } from './check-parameter.ts'
import { type Column, type RowSchema, rowSchema } from './row-schema.ts'
import { loadSnapshot, saveSnapshot } from './snapshot.ts'
import type { RunningTransformer, Transformer } from './transformer.ts'

/** Options of the hashing transform. */
export interface HashingOptions {
  /** Each hashed column gets 2^bits indicators; 1 to 24, default 14. */
  readonly bits?: number
  /** A whole number from 0 to 2^32 - 1 that picks the hash function. Default 0. */
  readonly seed?: number
  /**
   * What is hashed: a column's name replaces that column by its hash; several names together append one column, named
   * `a*b`, for their combination (a feature cross). Default: every category and indicator column by itself.
   */
  readonly columns?: readonly (string | readonly string[])[]
}

interface Parameters {
  readonly bits: number
  readonly seed: number
  readonly columns?: readonly (readonly string[])[]
}

/**
 * The hashing trick: columns, or combinations of columns, become indicator columns of a fixed size by hashing the
 * column's name and its value; values that collide share an indicator. It learns nothing.
 *
 * A number is hashed by its exact value, all missing ones alike. Columns that are not hashed pass unchanged. Throws
 * MILLRACE_LEARNER_PARAMETER on an option out of range, MILLRACE_LEARNER_SCHEMA on a column that is not there.
 * Source: Weinberger et al., Feature hashing for large scale multitask learning, 2009; the mixing is MurmurHash3's (Appleby, 2011).
 */
export function hashing(options: HashingOptions = {}): Transformer<'number' | 'category', 'number'> {
  checkOptions('hashing', options, ['bits', 'seed', 'columns'])
  const whole = { whole: true } as const
  const parameters: Parameters = Object.freeze({
    bits: checkParameter('hashing', 'bits', options.bits ?? 14, { min: 1, max: 24, ...whole }),
    seed: checkParameter('hashing', 'seed', options.seed ?? 0, { min: 0, max: 2 ** 32 - 1, ...whole }),
    ...(options.columns === undefined
      ? {}
      : { columns: Object.freeze(options.columns.map((names) => Object.freeze([names].flat()))) }),
  })
  return Object.freeze({
    algorithm: 'hashing',
    parameters: parameters as Parameters & Record<string, unknown>,
    build: (schema: RowSchema, snapshot?: Uint8Array) => {
      if (snapshot !== undefined) loadSnapshot(snapshot, 'hashing', parameters, schema, {})
      return new RunningHashing(schema, parameters)
    },
    carry: (snapshot: Uint8Array, from: RowSchema, to: RowSchema) => {
      loadSnapshot(snapshot, 'hashing', parameters, from, {})
      return new RunningHashing(to, parameters).save()
    },
  })
}

class RunningHashing implements RunningTransformer {
  readonly schema: RowSchema
  readonly learnsOnArrival = false
  private readonly from: RowSchema
  private readonly parameters: Parameters
  private readonly passAt: Int32Array // positions that pass unchanged
  private readonly hashAt: Int32Array // positions to hash, output column after output column
  private readonly ends: Int32Array // where each output column's positions end in `hashAt`
  private readonly outAt: Int32Array // the position each output column is written to
  private readonly seeds: Int32Array // the state of each output column's hash after its names
  private readonly value = new Float64Array(1)
  private readonly words = new Int32Array(this.value.buffer)

  constructor(from: RowSchema, parameters: Parameters) {
    this.from = from
    this.parameters = parameters
    const codes = from.columns.filter((column) => column.kind !== 'number').map((column) => [column.name])
    const groups = parameters.columns ?? codes
    const size = 2 ** parameters.bits
    const columns: Column[] = [...from.columns]
    const outAt: number[] = []
    for (const names of groups) {
      const positions = names.map((name) => position(from, name))
      const alone = positions.length === 1
      outAt.push(alone ? positions[0] : columns.length)
      columns[outAt.at(-1)!] = { name: names.join('*'), kind: 'indicator', size }
    }
    this.schema = rowSchema(columns)
    this.passAt = Int32Array.from(from.columns.keys()).filter((at) => !outAt.includes(at))
    this.hashAt = Int32Array.from(groups.flatMap((names) => names.map((name) => position(from, name))))
    this.outAt = Int32Array.from(outAt)
    this.seeds = Int32Array.from(groups.map((names) => hashNames(names, parameters.seed)))
    let end = 0
    this.ends = Int32Array.from(groups.map((names) => (end += names.length)))
  }

  transform(row: Float64Array, offset: number, out: Float64Array, at: number): void {
    const { passAt, hashAt, ends, outAt, seeds, value, words } = this
    const mask = 2 ** this.parameters.bits - 1
    for (let j = 0; j < passAt.length; j++) out[at + passAt[j]] = row[offset + passAt[j]]
    for (let k = 0, j = 0; k < outAt.length; k++) {
      let hash = seeds[k]
      for (; j < ends[k]; j++) {
        const input = row[offset + hashAt[j]]
        value[0] = input === input ? input + 0 : NaN // one bit pattern for 0 and -0, and one for every NaN
        hash = mix(mix(hash, words[0]), words[1])
      }
      out[at + outAt[k]] = finish(hash) & mask
    }
  }

  learn(): void {}

  save(): Uint8Array {
    return saveSnapshot('hashing', this.parameters, this.from, {})
  }

  clone(): RunningTransformer {
    return new RunningHashing(this.from, this.parameters)
  }

  byteSize(): number {
    return 4 * (this.passAt.length + this.hashAt.length + this.ends.length + this.outAt.length + this.seeds.length)
  }
}

function position(schema: RowSchema, name: string): number {
  const at = schema.columns.findIndex((column) => column.name === name)
  if (at >= 0) return at
  const names = schema.columns.map((column) => column.name).join(', ')
  throw new MillraceError(
    'MILLRACE_LEARNER_SCHEMA',
    `hashing, column '${name}'`,
    'the rows have no such column',
    `Give one of ${names}`,
  )
}

function hashNames(names: readonly string[], seed: number): number {
  let hash = seed | 0
  const text = JSON.stringify(names)
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i))
  return hash
}

function mix(hash: number, word: number): number {
  const k = Math.imul(word, 0xcc9e2d51)
  const mixed = hash ^ Math.imul((k << 15) | (k >>> 17), 0x1b873593)
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number): number {
  const a = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35)
  return b ^ (b >>> 16)
}
