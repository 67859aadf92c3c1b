import { MillraceError } from '../errors.ts'
import { countWindow } from '../features/count-window.ts'
import { ewMean } from '../features/ew-mean.ts'
import { ewRate } from '../features/ew-rate.ts'
import type { KeyedFeature } from '../features/keyed-feature.ts'
import { lag } from '../features/lag.ts'
import { lastValue } from '../features/last-value.ts'
import { paneWindow } from '../features/pane-window.ts'
import { sessionWindow } from '../features/session-window.ts'
import { timeSince } from '../features/time-since.ts'
import type { Duration } from '../stats/duration.ts'
import { checkFold } from './check-fold.ts'
import { FeatureNode, type FeaturePlan } from './feature-node.ts'
import type { FedValue, FoldPlan, LabelPlan } from './graph.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { WindowBuilder } from './window-builder.ts'

/** Where a keyed feature stands: what feeds it (-1: the label), on which events its key is evaluated, and the key's parts. */
export interface KeyedPlace {
  readonly events: number
  readonly keyEvents: number
  readonly parts: readonly unknown[]
  readonly label: LabelPlan | undefined
}

const ONE: FedValue = { as: 'one', column: undefined }
const LABEL: FedValue = { as: 'label', column: undefined }
const LABEL_OF = { binary: true, multiclass: 'a', regression: 1 }

/** `by(...)` of events or of a label in the graph being built. */
export class KeyedBuilder {
  readonly graph: GraphBuilder
  readonly at: KeyedPlace

  constructor(graph: GraphBuilder, at: KeyedPlace) {
    this.graph = graph
    this.at = at
    if (at.parts.length === 0) throw this.wrong('no key is given', "Name a field or an arrow, for example by('origin')")
  }

  window(length: Duration, options: { every?: Duration; grace?: Duration } = {}): WindowBuilder {
    const { graph } = this
    graph.known(options, ['every', 'grace'], 'window')
    const lengthMs = graph.duration(length, 'window')
    const everyMs = options.every === undefined ? undefined : graph.duration(options.every, 'window.every')
    const graceMs = options.grace === undefined ? 0 : graph.duration(options.grace, 'window.grace')
    return new WindowBuilder(this, (statistic) => paneWindow({ statistic, lengthMs, everyMs, graceMs }), lengthMs)
  }

  session(gap: Duration): WindowBuilder {
    const gapMs = this.graph.duration(gap, 'session')
    return new WindowBuilder(this, (statistic) => sessionWindow({ statistic, gapMs }), undefined)
  }

  latest(count: number): WindowBuilder {
    this.graph.count(count, 'latest', 1)
    return new WindowBuilder(this, (statistic) => countWindow({ statistic, length: count }), undefined)
  }

  ewMean(halfLife: Duration, ...rest: readonly unknown[]): FeatureNode {
    const field = rest.find((value) => typeof value === 'string')
    const options = rest.find((value) => typeof value === 'object') as
      | { prior?: { value: number; weight: number } }
      | undefined
    if (options !== undefined) this.graph.known(options, ['prior'], 'ewMean')
    return this.feature(
      ewMean({ halfLifeMs: this.graph.duration(halfLife, 'ewMean'), prior: options?.prior }),
      this.number(field),
    )
  }

  ewRate(halfLife: Duration): FeatureNode {
    return this.feature(ewRate({ halfLifeMs: this.graph.duration(halfLife, 'ewRate') }), ONE)
  }

  last(field?: string): FeatureNode {
    return this.feature(lastValue(), this.number(field))
  }

  lag(steps: number, field?: string): FeatureNode {
    return this.feature(lag({ steps: this.graph.count(steps, 'lag', 1) }), this.number(field))
  }

  timeSince(): FeatureNode {
    return this.feature(timeSince(), ONE)
  }

  fold(fold: Omit<FoldPlan, 'expireMs'> & { expire?: Duration }): FeatureNode {
    const { graph } = this
    graph.known(fold, ['init', 'step', 'read', 'expire'], 'fold')
    const expireMs = graph.duration(fold.expire ?? '30d', 'fold.expire')
    const { init, step, read } = fold
    const plan = Object.freeze({ init, step, read, expireMs })
    const { events, label } = this.at
    const fed =
      label === undefined ? graph.inputs[graph.events[events].input] : LABEL_OF[label.problem as keyof typeof LABEL_OF]
    checkFold(plan, fed, graph.place('fold'))
    const value = label === undefined ? ONE : LABEL
    return this.node({ feature: undefined, fold: plan, value, divisor: 1, rank: 0, memoryMs: expireMs })
  }

  /** A feature that a keyed description makes. */
  feature(feature: KeyedFeature, value: FedValue, more: { divisor?: number; rank?: number } = {}): FeatureNode {
    const { divisor = 1, rank = 0 } = more
    return this.node({ feature, fold: undefined, value, divisor, rank, memoryMs: feature.memoryMs })
  }

  /** The number that feeds a statistic: a field of the events, or the label itself. */
  number(field: string | undefined): FedValue {
    const { label } = this.at
    if (label !== undefined && label.problem !== 'multiclass') return LABEL
    if (label === undefined && this.typeOf(field) !== 'string') return { as: 'number', column: this.column(field) }
    const what = label === undefined ? `'${field}' is a string` : 'the label is a string'
    throw this.wrong(`${what}, and a number is needed`, 'Use count, distinct or top for strings, or another field')
  }

  /** The identity of a value of any type: a number as it is, a string as its hash. */
  identity(field: string | undefined): FedValue {
    if (this.at.label !== undefined) return LABEL
    return { as: this.typeOf(field) === 'string' ? 'hash' : 'number', column: this.column(field) }
  }

  /** The category of a string: a field of the events, or the label's class. */
  category(field: string | undefined): FedValue {
    const { label } = this.at
    if (label?.problem === 'multiclass') return LABEL
    if (label === undefined && this.typeOf(field) === 'string') return { as: 'code', column: this.column(field) }
    const what = label === undefined ? `'${field}' is a ${this.typeOf(field)}` : 'the label is no string'
    throw this.wrong(`${what}, and top counts strings`, 'Use last, mean or quantile for numbers, or another field')
  }

  wrong(found: string, remedy: string): MillraceError {
    return new MillraceError('MILLRACE_STREAM_FEATURE', this.graph.place('by(...)'), found, remedy)
  }

  private typeOf(field: string | undefined): string {
    const { index, input } = this.column(field)
    return this.graph.inputs[input].fields[index].type
  }

  private column(field: string | undefined): { input: number; source: 'field'; index: number } {
    const { graph, at } = this
    const { input } = graph.events[at.events]
    if (field === undefined) {
      throw this.wrong('a statistic of events needs a field', "Name the field, for example mean('distance')")
    }
    return { input, source: 'field', index: graph.field(input, field, graph.place('by(...)')) }
  }

  private node(rest: Pick<FeaturePlan, 'feature' | 'fold' | 'value' | 'divisor' | 'rank' | 'memoryMs'>): FeatureNode {
    const { events, keyEvents, parts, label } = this.at
    const { input } = this.graph.events[keyEvents]
    return new FeatureNode({ input, keyEvents, keyParts: parts, events, label, ...rest })
  }
}
