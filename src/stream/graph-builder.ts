import { MillraceError } from '../errors.ts'
import { type Duration, durationMs } from '../stats/duration.ts'
import { dryRun, type Returned, typesOf } from './dry-run.ts'
import { EventsBuilder } from './events-builder.ts'
import { FeatureNode } from './feature-node.ts'
import type {
  Arrow,
  ColumnReference,
  DerivedColumn,
  EventsNode,
  Graph,
  GraphInput,
  KeyedNode,
  KeyPlan,
  LabelPlan,
  ModelPlan,
  RowColumn,
} from './graph.ts'
import { nearest } from './nearest.ts'
import { usedFields } from './used-fields.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }
/** An input while the graph is being built: all fields of its schema. */
export interface InputDraft extends Omit<GraphInput, 'derived' | 'key' | 'time' | 'arrival'> {
  readonly derived: (Omit<DerivedColumn, 'events'> & { readonly events: number[] })[]
  readonly key: string
  readonly time: string
  readonly arrival: string | undefined
}

/** What `build` of a stream writes into: the nodes so far. One for each build. */
export class GraphBuilder {
  readonly stream: string
  readonly inputs: InputDraft[] = []
  readonly events: EventsNode[] = []
  readonly keys: Writable<KeyPlan>[] = []
  readonly keyed: KeyedNode[] = []
  /** The labels that features are fed with. */
  readonly labels = new Set<LabelPlan>()
  label: LabelPlan | undefined
  model: ModelPlan | undefined

  constructor(stream: string) {
    this.stream = stream
  }

  place(what: string): string {
    return `stream '${this.stream}', ${what}`
  }

  /** The index of a field by name. Throws MILLRACE_STREAM_UNKNOWN_FIELD. */
  field(input: number, name: string, place: string): number {
    const { fields, schema } = this.inputs[input]
    const index = fields.findIndex((field) => field.name === name)
    if (index >= 0) return index
    const names = fields.map((field) => field.name)
    throw new MillraceError(
      'MILLRACE_STREAM_UNKNOWN_FIELD',
      place,
      `'${name}' is no field of ${schema}`,
      nearest(name, names),
    )
  }

  /** A node of events below `parent`. */
  addEvents(node: EventsNode): EventsBuilder<unknown> {
    this.events.push(node)
    return new EventsBuilder(this, this.events.length - 1)
  }

  /** A column computed by an arrow; the same arrow is one column, computed for the rows of all events that use it. */
  derive(events: number, arrow: Arrow, type: DerivedColumn['type'], place: string, label = false): ColumnReference {
    const { input } = this.events[events]
    const { derived } = this.inputs[input]
    let index = derived.findIndex((column) => column.arrow === arrow && column.type === type && column.label === label)
    if (index < 0) index = derived.push({ events: [], arrow, type, label, place }) - 1
    if (!derived[index].events.includes(events)) derived[index].events.push(events)
    return { input, source: 'derived', index }
  }

  /** What an arrow over one input's records returns; throws where it reads an unknown field. */
  returned(events: number, arrow: Arrow, place: string): Returned {
    return dryRun(arrow, [this.inputs[this.events[events].input]], place)
  }

  /** Whether an arrow gives a number or a string. Throws MILLRACE_STREAM_ARROW_TYPE where that can't be seen. */
  arrowType(events: number, arrow: Arrow, place: string): 'number' | 'string' {
    const types = new Set(
      [...typesOf(this.returned(events, arrow, place))].map((type) => (type === 'boolean' ? 'number' : type)),
    )
    if (types.size === 1) {
      const [type] = types
      if (type !== 'other') return type
    }
    throw new MillraceError(
      'MILLRACE_STREAM_ARROW_TYPE',
      place,
      types.size === 0
        ? 'the arrow returns nothing for made-up records, so its type is unknown'
        : `the arrow returns ${[...types].join(' and ')}`,
      'Return a number (a quantity) or a string (a category) for every record, for example by Number(...) or String(...)',
    )
  }

  /** The key of these parts, evaluated on rows of these events: the same fields or arrows share one table of keys. */
  key(events: number, parts: readonly unknown[], memoryMs: number): number {
    const { input } = this.events[events]
    const place = this.place('by(...)')
    const references = parts.map((part): ColumnReference => {
      if (typeof part === 'string') return { input, source: 'field', index: this.field(input, part, place) }
      if (typeof part !== 'function') {
        throw new MillraceError(
          'MILLRACE_STREAM_FEATURE',
          place,
          `${String(part)} is no key`,
          'Give a field name or an arrow',
        )
      }
      return this.derive(events, part as Arrow, this.arrowType(events, part as Arrow, place), place)
    })
    const isSame = (key: KeyPlan): boolean =>
      key.input === input &&
      key.parts.length === references.length &&
      key.parts.every((part, i) => part.source === references[i].source && part.index === references[i].index)
    const found = this.keys.findIndex(isSame)
    if (found >= 0) {
      this.keys[found].ttlMs = Math.max(this.keys[found].ttlMs, memoryMs)
      return found
    }
    const names = parts.map((part) => (typeof part === 'string' ? part : sourceOf(part as Arrow)))
    const path = this.ownPath(`keys.${this.inputs[input].name}(${names.join(', ')})`)
    return this.keys.push({ path, input, parts: references, ttlMs: memoryMs }) - 1
  }

  /** Gives a feature its path, as a node of the graph that is read for rows of these events. */
  addKeyed(node: FeatureNode, path: string, rows: number): number {
    const { plan } = node
    const { input } = this.events[rows]
    if (plan.input !== input) {
      throw new MillraceError(
        'MILLRACE_STREAM_FEATURE',
        this.place(path),
        `is keyed by fields of '${this.inputs[plan.input].name}', but the rows are events of '${this.inputs[input].name}'`,
        'Build features from the events that are predicted on, or from their labels',
      )
    }
    const key = this.key(plan.keyEvents, plan.keyParts, plan.memoryMs)
    this.key(rows, plan.keyParts, plan.memoryMs) // evaluated on the rows that read it, too
    if (plan.label !== undefined) this.labels.add(plan.label)
    const { events, feature, fold, value, divisor, rank } = plan
    return this.keyed.push({ path, key, events, feature, fold, value, divisor, rank }) - 1
  }

  columns(events: number, features: Readonly<Record<string, unknown>>): readonly RowColumn[] {
    const names = Object.keys(features)
    if (names.length === 0) {
      throw new MillraceError(
        'MILLRACE_STREAM_NO_FEATURES',
        this.place('featurize'),
        'there are no features',
        "Name at least one, for example { distance: 'distance' }",
      )
    }
    return names.map((name) => this.rowColumn(events, name, features[name]))
  }

  private rowColumn(events: number, name: string, feature: unknown): RowColumn {
    const { input } = this.events[events]
    const place = this.place(`feature '${name}'`)
    if (!/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name)) {
      const remedy = 'Use letters, digits, _ and -, a letter first'
      throw new MillraceError('MILLRACE_STREAM_FEATURE', place, 'the name is not possible', remedy)
    }
    if (typeof feature === 'string') {
      const index = this.field(input, feature, place)
      const kind = this.inputs[input].fields[index].type === 'string' ? 'category' : 'number'
      return { name, kind, from: { kind: 'column', column: { input, source: 'field', index } } }
    }
    if (typeof feature === 'function') {
      const type = this.arrowType(events, feature as Arrow, place)
      const column = this.derive(events, feature as Arrow, type, place)
      return { name, kind: type === 'string' ? 'category' : 'number', from: { kind: 'column', column } }
    }
    if (!(feature instanceof FeatureNode)) {
      throw new MillraceError(
        'MILLRACE_STREAM_FEATURE',
        place,
        `${typeof feature === 'object' ? 'an object' : String(feature)} is no feature`,
        'Give a field name, an arrow, or a feature such as events.by(...).window(...).count()',
      )
    }
    if (feature.divideBy !== undefined) {
      const numerator = this.addKeyed(feature, `features.${name}.numerator`, events)
      const denominator = this.addKeyed(feature.divideBy, `features.${name}.denominator`, events)
      return { name, kind: 'number', from: { kind: 'ratio', numerator, denominator } }
    }
    const node = this.addKeyed(feature, `features.${name}`, events)
    return { name, kind: feature.plan.rank > 0 ? 'category' : 'number', from: { kind: 'keyed', node } }
  }

  duration(text: Duration, what: string): number {
    return durationMs(text, this.place(what))
  }

  count(value: number, what: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
    return this.number(
      value,
      what,
      Number.isInteger(value) && value >= least && value <= most,
      `a whole number, at least ${least}${most < Number.MAX_SAFE_INTEGER ? ` and at most ${most}` : ''}`,
    )
  }

  number(value: number, what: string, holds: boolean, possible: string): number {
    if (typeof value === 'number' && holds) return value
    throw new MillraceError(
      'MILLRACE_STREAM_MODEL',
      this.place(what),
      `${String(value)} is not possible`,
      `Give ${possible}`,
    )
  }

  choice<V extends string>(value: V, what: string, possible: readonly V[]): V {
    if (possible.includes(value)) return value
    throw new MillraceError(
      'MILLRACE_STREAM_MODEL',
      this.place(what),
      `'${String(value)}' is not possible`,
      nearest(String(value), possible),
    )
  }

  /** Refuses options that nobody knows: misspelt, they would have no effect. */
  known(options: object, names: readonly string[], what: string): void {
    for (const name of Object.keys(options)) {
      if (names.includes(name)) continue
      throw new MillraceError('MILLRACE_STREAM_MODEL', this.place(what), `'${name}' is no option`, nearest(name, names))
    }
  }

  /** The finished graph. Throws MILLRACE_STREAM_MODEL when `build` predicted nothing. */
  graph(): Graph {
    if (this.label === undefined || this.model === undefined) {
      throw new MillraceError(
        'MILLRACE_STREAM_MODEL',
        this.place('build'),
        'nothing is predicted',
        'Return rows.predict(label, { model }) from build',
      )
    }
    const inputs = this.inputs.map((draft, index): GraphInput => {
      const at = (name: string): number => this.field(index, name, this.place(`input '${draft.name}'`))
      return {
        ...draft,
        key: at(draft.key),
        time: at(draft.time),
        arrival: draft.arrival === undefined ? -1 : at(draft.arrival),
      }
    })
    const { stream, events, keys, keyed, label, model } = this
    return usedFields({ name: stream, inputs, events, keys, keyed, label, model })
  }

  /** The path, made different from that of another key with arrows of the same text. */
  private ownPath(path: string): string {
    const isTaken = (one: string): boolean => this.keys.some((key) => key.path === one)
    let own = path
    for (let n = 2; isTaken(own); n++) own = `${path}#${n}`
    return own
  }
}

/** An arrow's source on one line. */
function sourceOf(arrow: Arrow): string {
  return String(arrow).replace(/\s+/g, ' ')
}
