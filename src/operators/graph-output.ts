import type { Evidence } from '../drift/detector.ts'
import type { RejectStage } from '../stream/input-columns.ts'

/** A record that could not be used: which row, and why. */
export interface DeadLetter {
  readonly input: number
  readonly row: number
  readonly cause: string
  readonly stage: RejectStage
}

/** Something worth knowing about the data, the loss or the labels. */
export interface StreamSignal {
  readonly kind: 'drift' | 'warning' | 'improved' | 'data-quality' | 'late'
  readonly source: string
  /** Arrival time at which it was seen, ms. */
  readonly time: number
  readonly modelVersion: string
  readonly evidence: Evidence | undefined
  readonly detail: string
}

/** A model file, durable before what names it is committed. */
export interface ModelBlob {
  readonly name: string
  readonly bytes: Uint8Array
}

/** A step in a model's life, with the numbers behind it. */
export interface ModelEvent {
  readonly kind:
    | 'requested'
    | 'trained'
    | 'failed'
    | 'challenger'
    | 'promoted'
    | 'rolled_back'
    | 'retired'
    | 'carried'
    | 'anew'
  readonly version: string
  readonly parent: string | null
  readonly time: number
  readonly algorithm: string
  readonly reason: string
  readonly requestedBy: string | null
  readonly numbers: Readonly<Record<string, number>>
  readonly blob: string | null
  readonly digest: string | null
}

/**
 * What a micro-batch gave, in row order: predictions in columns, reused from batch to batch, and the rare things as
 * objects. A prediction is `outputs` doubles: class probabilities, or one value.
 */
export class GraphOutput {
  readonly outputs: number
  /** Predictions so far. */
  count = 0
  /** For each prediction: the row it is for in the batch's input, event time in ms, and an index into `versions`. */
  row = new Int32Array(1024)
  eventTime = new Float64Array(1024)
  arrival = new Float64Array(1024)
  version = new Int32Array(1024)
  values: Float64Array
  readonly versions: string[] = []
  readonly deadLetters: DeadLetter[] = []
  readonly signals: StreamSignal[] = []
  readonly models: ModelEvent[] = []
  readonly files: ModelBlob[] = []

  constructor(outputs: number) {
    this.outputs = outputs
    this.values = new Float64Array(1024 * outputs)
  }

  clear(): void {
    this.count = 0
    this.deadLetters.length = 0
    this.signals.length = 0
    this.models.length = 0
    this.files.length = 0
    this.versions.length = 0
  }

  /** Room for one more prediction; its index. The caller fills `values[index * outputs ...]`. */
  add(row: number, eventTime: number, arrival: number, version: string): number {
    if (this.count === this.row.length) this.grow()
    const index = this.count++
    this.row[index] = row
    this.eventTime[index] = eventTime
    this.arrival[index] = arrival
    this.version[index] = this.versionIndex(version)
    return index
  }

  private versionIndex(version: string): number {
    const last = this.versions.length - 1
    if (last >= 0 && this.versions[last] === version) return last
    const found = this.versions.indexOf(version)
    return found >= 0 ? found : this.versions.push(version) - 1
  }

  private grow(): void {
    const length = this.row.length * 2
    this.row = enlarged(this.row, new Int32Array(length))
    this.eventTime = enlarged(this.eventTime, new Float64Array(length))
    this.arrival = enlarged(this.arrival, new Float64Array(length))
    this.version = enlarged(this.version, new Int32Array(length))
    this.values = enlarged(this.values, new Float64Array(length * this.outputs))
  }
}

function enlarged<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from as never)
  return to
}
