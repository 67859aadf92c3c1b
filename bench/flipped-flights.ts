import { type BacktestResult, backtest } from '../src/backtest/backtest.ts'
import { historyRecords } from '../src/backtest/history-records.ts'
import { injectFlip } from '../src/backtest/inject-flip.ts'
import type { HistoryRecord } from '../src/backtest/record-writer.ts'
import { clippedLogLoss } from '../src/evaluate/clipped-log-loss.ts'
import type { RunningLearner } from '../src/learners/learner.ts'
import { inlineTrainer } from '../src/lifecycle/inline-trainer.ts'
import type { LearningState, OutcomeObserver } from '../src/operators/learning-state.ts'
import type { Graph } from '../src/stream/graph.ts'
import history from '../streams/flight-delay.history.ts'
import { StateCopy } from './state-copy.ts'

const CLIP = 1e-6
const LATE = 15 // minutes

/** Where the concept flips, and over which labels after that the regret is taken. */
export interface FlipRange {
  readonly flights: number
  readonly from: number
  readonly to: number
}

/** What one flip did with and without the loop. */
export interface FlipOutcome {
  /** Labels of flights after the flip when a model was promoted; `to` where none was. */
  readonly promotedAfter: number
  /** Mean log losses over the range. */
  readonly loop: number
  readonly without: number
  readonly oracle: number
  readonly frozen: number
}

/** What the loop did where nothing was flipped, up to the flip and over the stretch after it. */
export interface UnflippedOutcome {
  readonly promotions: number
  /** Mean log loss of what was served with the loop, less that without it. */
  readonly lossOfLoop: number
}

/** The flights before the flip, by arrival. */
async function* flightsBefore({ flights }: FlipRange): AsyncGenerator<HistoryRecord> {
  let departures = 0
  for await (const item of historyRecords(history())) {
    if (item.input === 'departures' && departures++ === flights) return
    yield item
  }
}

/** The flights after the flip, as many as needed. */
export async function flightsAfter({ flights, to }: FlipRange): Promise<HistoryRecord[]> {
  const after: HistoryRecord[] = []
  let departures = 0
  for await (const item of historyRecords(history())) {
    if (item.input === 'departures' && departures++ > flights + to * 1.1) break
    if (departures > flights) after.push(item)
  }
  return after
}

/** A variant of the stream before the flip: with the loop, and without it but with room for an oracle and a frozen model. */
export class FlippedFlights {
  /** Promotions before the flip, and the losses of what was served, with the loop and without it. */
  private readonly promotionsBefore: number
  private readonly lossesBefore: readonly [ServedLosses, ServedLosses]
  private readonly range: FlipRange
  private readonly after: readonly HistoryRecord[]
  private readonly looped: Graph
  private readonly plain: Graph
  private readonly loopedState: StateCopy
  private readonly plainState: StateCopy

  private constructor(
    range: FlipRange,
    after: readonly HistoryRecord[],
    graphs: readonly [Graph, Graph],
    before: readonly [BacktestResult, BacktestResult],
    lossesBefore: readonly [ServedLosses, ServedLosses],
  ) {
    this.range = range
    this.after = after
    this.looped = graphs[0]
    this.plain = graphs[1]
    this.loopedState = new StateCopy(before[0].state)
    this.plainState = new StateCopy(before[1].state)
    this.promotionsBefore = promotionsOf(before[0])
    this.lossesBefore = lossesBefore
  }

  /** Runs the graph up to the flip, twice. */
  static async upToFlip(graph: Graph, range: FlipRange, after: readonly HistoryRecord[]): Promise<FlippedFlights> {
    const { model } = graph
    const challengers = [model.model, model.model]
    const plain = {
      ...graph,
      model: { ...model, challengers, retrain: undefined, gate: { ...model.gate, automatic: false } },
    }
    const losses = [new ServedLosses(), new ServedLosses()] as const
    const looped = await backtest(graph, flightsBefore(range), { prepare: withTrainer, observe: losses[0].see })
    const alone = await backtest(plain, flightsBefore(range), {
      observe: losses[1].see,
      prepare: ({ models }) => {
        models.slots[1] = undefined
        models.slots[2] = undefined
      },
    })
    return new FlippedFlights(range, after, [graph, plain], [looped, alone], losses)
  }

  /** Up to the flip and over the stretch after it, but with nothing flipped. */
  async unflipped(): Promise<UnflippedOutcome> {
    const [looped, alone] = this.lossesBefore.map((losses) => losses.copy())
    const promotions = this.promotionsBefore + promotionsOf(await this.runLooped(this.after, looped))
    await backtest(this.plain, this.after, { prepare: (state) => this.plainState.load(state), observe: alone.see })
    return { promotions, lossOfLoop: looped.mean - alone.mean }
  }

  /** Inverts the labels of three in ten airports, and says what became of it. */
  async flip(seed: number): Promise<FlipOutcome> {
    const flipped: HistoryRecord[] = []
    const invert = (record: object) => ({
      ...record,
      delayMinutes: (record as { delayMinutes: number }).delayMinutes > LATE ? 0 : 4 * LATE,
    })
    const labels = { input: 'arrivals', key: 'flightId', invert }
    const events = { input: 'departures', key: 'flightId', group: 'origin' }
    for await (const item of injectFlip(this.after, { events, labels, from: 0, share: 0.3, seed })) flipped.push(item)
    const loop = new RangeLosses(this.range, ['served'])
    await this.runLooped(flipped, loop)
    const rest = new RangeLosses(this.range, ['served', 1, 2])
    await this.runPlain(flipped, rest)
    const [without, oracle, frozen] = rest.means()
    return { promotedAfter: loop.promotedAfter, loop: loop.means()[0], without, oracle, frozen }
  }

  private runLooped(records: readonly HistoryRecord[], losses: RangeLosses | ServedLosses): Promise<BacktestResult> {
    return backtest(this.looped, records, {
      prepare: (state) => {
        this.loopedState.load(state)
        withTrainer(state)
        if (losses instanceof RangeLosses) losses.watch(state)
      },
      observe: losses.see,
    })
  }

  /** The champion alone, beside it the same pipeline begun at the flip, which never sees the old concept, and the champion as it was. */
  private runPlain(records: readonly HistoryRecord[], losses: RangeLosses): Promise<BacktestResult> {
    return backtest(this.plain, records, {
      prepare: (state) => {
        this.plainState.load(state)
        losses.watch(state)
        const { models } = state
        const born = state.count('predicted')
        const rest = {
          parent: '',
          description: 0,
          born,
          firstLabel: 0,
          job: null,
          carriedFrom: null,
          role: 'benched',
        } as const
        const isNew = () => losses.isAfterFlip
        models.slots[1] = { ...rest, version: 'oracle', learner: learningWhen(models.build(0), isNew) }
        models.slots[2] = {
          ...rest,
          version: 'frozen',
          learner: learningWhen(models.serving.learner.clone(), () => false),
        }
      },
      observe: losses.see,
    })
  }
}

/** Sums the losses of all that was served. */
class ServedLosses {
  private sum = 0
  private count = 0

  readonly see: OutcomeObserver = (values, at, layout, label) => {
    const p = values[at + layout.served]
    this.sum += clippedLogLoss(label === 1 ? p : 1 - p, CLIP)
    this.count++
  }

  get mean(): number {
    return this.sum / this.count
  }

  copy(): ServedLosses {
    const copy = new ServedLosses()
    copy.sum = this.sum
    copy.count = this.count
    return copy
  }
}

/** Sums the losses of what was served, and of slots, over a range of labels after the flip. */
class RangeLosses {
  /** Whether the outcome at hand is of a flight after the flip. */
  isAfterFlip = false
  promotedAfter: number
  private readonly range: FlipRange
  private readonly of: readonly ('served' | number)[]
  private readonly sums: Float64Array
  private labels = 0
  private champion = ''
  private state: LearningState | undefined

  constructor(range: FlipRange, of: readonly ('served' | number)[]) {
    this.range = range
    this.of = of
    this.sums = new Float64Array(of.length)
    this.promotedAfter = range.to
  }

  watch(state: LearningState): void {
    this.state = state
    this.champion = state.models.serving.version
  }

  readonly see: OutcomeObserver = (values, at, layout, label) => {
    const { flights, from, to } = this.range
    this.isAfterFlip = values[at + layout.sequence] >= flights
    const { version } = (this.state as LearningState).models.serving
    if (version !== this.champion) this.promotedAfter = Math.min(this.promotedAfter, this.labels)
    this.champion = version
    if (!this.isAfterFlip || this.labels++ < from || this.labels > to) return
    this.of.forEach((which, i) => {
      const p = values[at + (which === 'served' ? layout.served : layout.slots + which * layout.kept)]
      this.sums[i] += clippedLogLoss(label === 1 ? p : 1 - p, CLIP)
    })
  }

  means(): number[] {
    const { from, to } = this.range
    if (this.labels < to) throw new Error(`only ${this.labels} labels came after the flip`)
    return [...this.sums].map((sum) => sum / (to - from))
  }
}

function withTrainer(state: LearningState): void {
  state.race.trainer = inlineTrainer(state)
}

function promotionsOf({ models }: BacktestResult): number {
  return models.filter(({ kind }) => kind === 'promoted').length
}

/** A learner that learns only while it may. */
function learningWhen(learner: RunningLearner, may: () => boolean): RunningLearner {
  return {
    outputs: learner.outputs,
    predict: (row, offset, out, at) => learner.predict(row, offset, out, at),
    learn: (row, offset, label, weight) => {
      if (may()) learner.learn(row, offset, label, weight)
    },
    predictThenLearn: (row, offset, label, weight, out, at) => {
      learner.predict(row, offset, out, at)
      if (may()) learner.learn(row, offset, label, weight)
    },
    save: () => learner.save(),
    clone: () => learningWhen(learner.clone(), may),
    byteSize: () => learner.byteSize(),
  }
}
