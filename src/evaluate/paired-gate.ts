import { Pages } from '../stats/pages.ts'
import type { Stateful, StateRegion } from '../stats/state-region.ts'
import { checkParameter } from '../transforms/check-parameter.ts'
import { lowerConfidenceBound } from './lower-confidence-bound.ts'
import { decorrelationLength } from './decorrelation-length.ts'
import { countDelay, DELAY_BINS, delayQuantile } from './delay-histogram.ts'
import { type Moments, PairedCells } from './paired-cells.ts'

export interface PairedGateOptions {
  /** What the mean loss difference must exceed. Default 0. */
  readonly margin?: number
  /** Labels before anything is decided. Default 1,000. */
  readonly minLabels?: number
  /** Effective number of differences before anything is decided: models that seldom differ need more labels. Default 100. */
  readonly minDifferences?: number
  /** Share of predictions that must be settled for their stretch to count. Default 0.99. */
  readonly matureShare?: number
  /** Shortest block, in predictions. Default 64. */
  readonly minBlock?: number
  /** Blocks at which the bound is tightest. Default 5. */
  readonly tightest?: number
}

/** Where a sequence of the gate began. */
export type GateStart = 'birth' | 'signal' | 'age'

/** What the gate thinks, with its numbers: of the sequence whose lower bound is the highest. */
export interface GateReport {
  readonly promote: boolean
  /** Lower confidence bound of the mean loss difference; -Infinity while there is too little. */
  readonly lowerBound: number
  /** Mean of the block means: what the challenger loses less per prediction. */
  readonly meanDifference: number
  readonly standardError: number
  readonly margin: number
  readonly blocks: number
  /** Predictions a block. */
  readonly blockLength: number
  readonly labels: number
  /** 99th percentile of the label delay, in predictions. */
  readonly labelDelay: number
  /** What batch means ask a block to be, in predictions. */
  readonly decorrelation: number
  readonly start: GateStart
  /** The level that this sequence had of the challenger's. */
  readonly alpha: number
}

const starts = ['birth', 'signal', 'age'] as const
const MAX_SEQUENCES = 24
const PATIENCE = 5 // times as many labels for sequences begun later, which each have a try at short runs of luck
const SEQUENCE = 3 // first cell, level share, start
const UNIT = 128 // predictions that become mature together, at least
const CHECK_EVERY = 32 // settled predictions between two looks for mature ones
const FIRST_AGE = 32 // shortest blocks at which the first sequence begins because of its age, then at twice as many, ...

// scalars in `head`
const ALPHA = 0
const ORIGIN = 1
const NEWEST = 2
const CELL_LENGTH = 3
const CELLS = 4
const MATURE = 5
const EVALUATED = 6
const TICK = 7
const BEGUN = 8 // sequences ever begun
const SEQUENCES = 9 // those that run
const NEXT_AGE = 10
const REPORT = 11
const REPORT_LENGTH = 11
const SEQUENCES_AT = REPORT + REPORT_LENGTH
const DELAYS_AT = SEQUENCES_AT + MAX_SEQUENCES * SEQUENCE

/**
 * Decides whether a challenger is better than the champion, by the difference of their bounded losses on the same
 * predictions (champion minus challenger), at level `alpha` however often one looks. The differences are taken in
 * prediction order over stretches that are mature, as means of consecutive blocks longer than the 99th percentile of the
 * label delay and than the decorrelation length, both estimated anew at each look. Lower bounds by `lowerConfidenceBound`
 * run in parallel from the challenger's birth, from every drift signal and from dyadic ages, the j-th at level
 * 6 alpha / (pi^2 j^2), so that a challenger that was worse for long can still win. State is flat and bounded; an outcome
 * costs O(1), a look a walk over the cells. Throws MILLRACE_LEARNER_PARAMETER.
 */
export class PairedGate implements Stateful {
  private readonly margin: number
  private readonly minLabels: number
  private readonly minDifferences: number
  private readonly matureShare: number
  private readonly minBlock: number
  private readonly tightest: number
  private readonly cells = new PairedCells()
  private readonly head = new Pages(new Float64Array(DELAYS_AT + DELAY_BINS))
  private readonly moments: Moments = { count: 0, mean: 0, variance: 0 }

  constructor(options: PairedGateOptions = {}) {
    const { margin = 0, minLabels = 1_000, minDifferences = 100 } = options
    const { matureShare = 0.99, minBlock = 64, tightest = 5 } = options
    this.margin = checkParameter('gate', 'margin', margin, { min: 0, max: 1e300 })
    this.minLabels = checkParameter('gate', 'minLabels', minLabels, { min: 1, max: 1e12, whole: true })
    this.minDifferences = checkParameter('gate', 'minDifferences', minDifferences, { min: 0, max: 1e12 })
    this.matureShare = checkParameter('gate', 'matureShare', matureShare, { min: 0.5, max: 1 })
    this.minBlock = checkParameter('gate', 'minBlock', minBlock, { min: 1, max: 1e9, whole: true })
    this.tightest = checkParameter('gate', 'tightest', tightest, { min: 1, max: 1e9 })
    this.begin(0, 0.05)
  }

  /** Begins with a new challenger, whose first scored prediction is number `sequence`, at a level of its own. */
  begin(sequence: number, alpha: number): void {
    checkParameter('gate', 'alpha', alpha, { min: 0, max: 0.25, above: true })
    this.cells.clear()
    const head = this.head.values
    head.fill(0)
    head[ALPHA] = alpha
    head[ORIGIN] = sequence
    head[NEWEST] = sequence - 1
    head[NEXT_AGE] = FIRST_AGE
    head[REPORT] = -Infinity
    this.storeCells()
    this.addSequence(0, 0)
    this.head.touchRange(0, this.head.length)
  }

  /** Counts a prediction that both have made; numbers rise. Those before the first scored one are passed over. */
  predicted(sequence: number): void {
    const head = this.head.values
    if (sequence < head[ORIGIN]) return
    head[NEWEST] = sequence
    this.head.touch(0)
    const merges = this.cells.predicted(sequence - head[ORIGIN])
    for (let i = 0; i < merges; i++) this.halveCells()
    this.storeCells()
  }

  /** Takes the loss difference (champion minus challenger, finite) of a prediction. True when the challenger is to be promoted now. */
  settled(sequence: number, difference: number): boolean {
    const head = this.head.values
    if (!this.isScored(sequence)) return false
    this.head.touch(countDelay(head, DELAYS_AT, head[NEWEST] - sequence))
    this.cells.settled(sequence - head[ORIGIN], difference)
    return this.afterSettling()
  }

  /** Says that the label of a prediction will not come. True when the challenger is to be promoted now. */
  expired(sequence: number): boolean {
    if (!this.isScored(sequence)) return false
    this.cells.expired(sequence - this.head.values[ORIGIN])
    return this.afterSettling()
  }

  /** Says that the world may have changed: another sequence begins at the next prediction. */
  signal(): void {
    this.addSequence(this.cells.count, 1)
  }

  /** The latest look. */
  report(): GateReport {
    const [
      lowerBound,
      meanDifference,
      standardError,
      blocks,
      blockLength,
      labels,
      labelDelay,
      decorrelation,
      start,
      alpha,
    ] = this.head.values.subarray(REPORT, REPORT + REPORT_LENGTH)
    return {
      promote: this.passes(lowerBound),
      lowerBound,
      meanDifference,
      standardError,
      margin: this.margin,
      blocks,
      blockLength,
      labels,
      labelDelay,
      decorrelation,
      start: starts[start],
      alpha,
    }
  }

  regions(): Readonly<Record<string, StateRegion>> {
    return { head: this.head, cells: this.cells.pages }
  }

  loaded(): void {
    this.cells.length = this.head.values[CELL_LENGTH]
    this.cells.count = this.head.values[CELLS]
  }

  private isScored(sequence: number): boolean {
    return sequence >= this.head.values[ORIGIN] && sequence <= this.head.values[NEWEST]
  }

  private passes(lowerBound: number): boolean {
    return lowerBound > this.margin
  }

  private afterSettling(): boolean {
    const head = this.head.values
    this.head.touch(0)
    if (++head[TICK] % CHECK_EVERY !== 0) return false
    const before = head[MATURE]
    this.mature()
    if (head[MATURE] === before) return false
    const step = Math.max(this.unit(), head[MATURE] / 32) // looks come at growing distances, each as long as all that is kept
    if (head[MATURE] - head[EVALUATED] < step) return false
    head[EVALUATED] = head[MATURE]
    return this.look()
  }

  /** Cells that become mature together: a quarter of a block, at least `UNIT` predictions. */
  private unit(): number {
    const { length } = this.cells
    return Math.max(1, Math.ceil(UNIT / length), Math.floor(this.head.values[REPORT + 4] / length / 4))
  }

  private mature(): void {
    const head = this.head.values
    const closed = Math.floor((head[NEWEST] + 1 - head[ORIGIN]) / this.cells.length)
    const unit = this.unit()
    while (head[MATURE] + unit <= closed && this.cells.isSettled(head[MATURE], head[MATURE] + unit, this.matureShare)) {
      head[MATURE] += unit
    }
  }

  private look(): boolean {
    const head = this.head.values
    const { cells, moments } = this
    const labelDelay = delayQuantile(head, DELAYS_AT, 0.99)
    let best = -1
    for (let i = 0; i < head[SEQUENCES]; i++) {
      const at = SEQUENCES_AT + i * SEQUENCE
      const decorrelation = decorrelationLength(cells, head[at], head[MATURE])
      const size = Math.ceil(Math.max(labelDelay, decorrelation, this.minBlock) / cells.length)
      cells.blockMoments(head[at], head[MATURE], size, moments)
      const { count, mean, variance } = moments
      const labels = count > 0 ? cells.labelled(head[at], head[at] + count * size) : 0
      const alpha = head[ALPHA] * head[at + 1]
      const patience = head[at + 2] === 0 ? 1 : PATIENCE
      const enough =
        labels >= patience * this.minLabels &&
        cells.effective(head[at], head[at] + count * size) >= patience * this.minDifferences
      const bound = enough ? lowerConfidenceBound(count, mean, variance, alpha, this.tightest) : -Infinity
      if (best >= 0 && !(bound > head[REPORT])) continue
      best = i
      head.set([bound, mean, Math.sqrt(variance / count), count, size * cells.length, labels], REPORT)
      head.set([labelDelay, decorrelation, head[at + 2], alpha], REPORT + 6)
    }
    this.head.touchRange(0, this.head.length)
    if ((head[MATURE] * cells.length) / Math.max(labelDelay, this.minBlock) >= head[NEXT_AGE]) {
      head[NEXT_AGE] *= 2
      this.addSequence(head[MATURE], 2)
    }
    return this.passes(head[REPORT])
  }

  /** Begins a sequence; when there are too many, the oldest but that of the birth ends. */
  private addSequence(cell: number, start: number): void {
    const head = this.head.values
    if (head[SEQUENCES] === MAX_SEQUENCES) {
      head.copyWithin(SEQUENCES_AT + SEQUENCE, SEQUENCES_AT + 2 * SEQUENCE, DELAYS_AT)
      head[SEQUENCES]--
    }
    const j = ++head[BEGUN]
    const at = SEQUENCES_AT + head[SEQUENCES]++ * SEQUENCE
    head[at] = cell
    head[at + 1] = 6 / (Math.PI * Math.PI * j * j)
    head[at + 2] = start
    this.head.touchRange(0, DELAYS_AT)
  }

  /** The cells were merged two and two. */
  private halveCells(): void {
    const head = this.head.values
    head[MATURE] = Math.floor(head[MATURE] / 2)
    head[EVALUATED] = Math.floor(head[EVALUATED] / 2)
    for (let i = 0; i < head[SEQUENCES]; i++) {
      const at = SEQUENCES_AT + i * SEQUENCE
      head[at] = Math.ceil(head[at] / 2)
    }
    this.head.touchRange(0, DELAYS_AT)
  }

  private storeCells(): void {
    this.head.values[CELL_LENGTH] = this.cells.length
    this.head.values[CELLS] = this.cells.count
  }
}
