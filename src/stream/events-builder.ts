import { MillraceError } from '../errors.ts'
import type { ModelOptions } from './events.ts'
import { fieldCheck } from './field-check.ts'
import type { Arrow, LabelPlan, RowColumn } from './graph.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { KeyedBuilder } from './keyed-builder.ts'
import { type LabelArguments, labelPlan } from './label-plan.ts'
import { modelPlan } from './model-plan.ts'

/** What a stream file calls `departures`, `flights`, ...: a node of events in the graph being built. The types a user sees are those of `events.ts`. */
export class EventsBuilder<T> {
  readonly graph: GraphBuilder
  readonly node: number
  /** Never set: carries the type of an event. */
  declare readonly event: T

  constructor(graph: GraphBuilder, node: number) {
    this.graph = graph
    this.node = node
  }

  private get input(): number {
    return this.graph.events[this.node].input
  }

  validate(checks: Readonly<Record<string, unknown>>): EventsBuilder<T> {
    const { graph, input } = this
    const plans = Object.entries(checks).map(([name, check]) => {
      const place = graph.place(`validate of '${name}'`)
      const field = graph.field(input, name, place)
      return fieldCheck(field, graph.inputs[input].fields[field], check, place)
    })
    const place = graph.place('validate')
    return graph.addEvents({ input, parent: this.node, checks: plans, keep: undefined, place }) as EventsBuilder<T>
  }

  where(keep: Arrow): EventsBuilder<T> {
    const { graph, input } = this
    const place = graph.place(`where(${String(keep).replace(/\s+/g, ' ')})`)
    if (typeof keep !== 'function') {
      throw new MillraceError(
        'MILLRACE_STREAM_ARROW_TYPE',
        place,
        'is no arrow',
        "Give one, such as where((event) => event.status === 'open')",
      )
    }
    const returned = graph.returned(this.node, keep, place)
    if (returned.length > 0 && returned.every((type) => type === 'nothing' || type === 'other')) {
      const found = returned.includes('other') ? 'the arrow returns an object' : 'the arrow returns nothing'
      throw new MillraceError('MILLRACE_STREAM_ARROW_TYPE', place, found, 'Return true or false for every record')
    }
    return graph.addEvents({ input, parent: this.node, checks: [], keep, place }) as EventsBuilder<T>
  }

  by(...parts: readonly unknown[]): KeyedBuilder {
    return new KeyedBuilder(this.graph, { events: this.node, keyEvents: this.node, parts, label: undefined })
  }

  label(...given: [EventsBuilder<unknown>, LabelArguments] | [LabelArguments]): LabelBuilder {
    const plan =
      given[0] instanceof EventsBuilder
        ? labelPlan(this.graph, this.node, given[0].node, given[1] as LabelArguments)
        : labelPlan(this.graph, this.node, -1, given[0])
    return new LabelBuilder(this.graph, plan)
  }

  featurize(features: Readonly<Record<string, unknown>>): RowsBuilder {
    return new RowsBuilder(this.graph, this.node, this.graph.columns(this.node, features))
  }
}

/** A label of the graph being built. */
class LabelBuilder {
  readonly graph: GraphBuilder
  readonly plan: LabelPlan

  constructor(graph: GraphBuilder, plan: LabelPlan) {
    this.graph = graph
    this.plan = plan
  }

  by(...parts: readonly unknown[]): KeyedBuilder {
    return new KeyedBuilder(this.graph, { events: -1, keyEvents: this.plan.events, parts, label: this.plan })
  }
}

/** Rows of the graph being built. */
class RowsBuilder {
  readonly graph: GraphBuilder
  readonly events: number
  readonly columns: readonly RowColumn[]

  constructor(graph: GraphBuilder, events: number, columns: readonly RowColumn[]) {
    this.graph = graph
    this.events = events
    this.columns = columns
  }

  /** Ends the graph. */
  predict(label: LabelBuilder, options: ModelOptions<any, any, any, any>): { readonly predicted: true } {
    const { graph, events, columns } = this
    const place = graph.place('predict')
    if (graph.model !== undefined) {
      throw new MillraceError(
        'MILLRACE_STREAM_MODEL',
        place,
        'is called a second time',
        'Give each model a stream of its own',
      )
    }
    if (!(label instanceof LabelBuilder) || label.plan.events !== events) {
      throw new MillraceError(
        'MILLRACE_STREAM_LABEL',
        place,
        'the label judges other events than those the rows are made of',
        'Call label and featurize on the same events, for example both on `flights`',
      )
    }
    this.refuseLeaks(label.plan)
    graph.model = modelPlan(graph, events, columns, label.plan, options)
    graph.label = label.plan
    for (const other of graph.labels) {
      if (other === label.plan) continue
      throw new MillraceError(
        'MILLRACE_STREAM_LABEL',
        place,
        'a feature is made of another label than the one that is predicted',
        'Make features of the label that you pass to predict, or of the events that carry the other one',
      )
    }
    return { predicted: true }
  }

  /** A model must not be told what it is to foresee: refuses features that are fields which the label's value is read off. */
  private refuseLeaks({ ownFields }: LabelPlan): void {
    const { graph, events, columns } = this
    const { fields } = graph.inputs[graph.events[events].input]
    for (const { name, from } of columns) {
      if (from.kind !== 'column' || from.column.source !== 'field') continue
      const field = fields[from.column.index].name
      if (!ownFields.includes(field)) continue
      throw new MillraceError(
        'MILLRACE_STREAM_LABEL',
        graph.place(`feature '${name}'`),
        `the value of the label is read off '${field}' of the same event, so the model would be told what it is to foresee`,
        `Leave it out; or, where '${field}' alone does not give the label away, say so by an arrow: (event) => event.${field}`,
      )
    }
  }
}
