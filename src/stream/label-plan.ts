import { MillraceError } from '../errors.ts'
import type { Problem } from '../learners/learner.ts'
import type { Duration } from '../stats/duration.ts'
import { dryRun, type Returned, typesOf } from './dry-run.ts'
import type { LabelOptions } from './events.ts'
import type { Arrow, LabelPlan } from './graph.ts'
import type { GraphBuilder } from './graph-builder.ts'

/** What `label(...)` was given, from whichever source. */
export type LabelArguments = { value: Arrow; after?: Duration } & Partial<LabelOptions<unknown>>

const MOST_PENDING = 20_000_000 // four keys a waiting row stay below the bound of a table of keys

/**
 * The label of `events` from `from`, another node of events; -1: from the event's own record. Throws
 * MILLRACE_STREAM_LABEL for a value of unclear type and for options that contradict each other.
 */
export function labelPlan(graph: GraphBuilder, events: number, from: number, options: LabelArguments): LabelPlan {
  const place = graph.place('label')
  const sameRecord = from < 0
  const source = sameRecord ? events : from
  checkOptions(graph, options, sameRecord, place)
  const joined = !sameRecord && options.value.length > 1
  const records = joined ? [source, events] : [source]
  const read = new Set<string>()
  const returned = dryRun(
    options.value,
    records.map((node) => graph.inputs[graph.events[node].input]),
    place,
    read,
  )
  const problem = problemOf(returned, place)
  const type = problem === 'multiclass' ? 'string' : problem === 'binary' ? 'boolean' : 'number'
  const never = options.never ?? 'drop'
  if (never !== 'drop' && typeof never.value !== type) {
    throw wrong(place, `never has the value ${String(never.value)}`, `Give a ${type}, as the label's value is`)
  }
  if (never !== 'drop' && typeof never.value === 'number' && !Number.isFinite(never.value)) {
    throw wrong(place, `never has the value ${never.value}`, "Give a finite number, or never: 'drop'")
  }
  const afterMs = options.after === undefined ? 0 : graph.duration(options.after, 'label.after')
  const horizonMs = sameRecord ? afterMs : graph.duration(options.horizon as Duration, 'label.horizon')
  if (!sameRecord && horizonMs === 0) throw wrong(place, 'the horizon is 0', "Give a time to wait, such as '36h'")
  return Object.freeze({
    events,
    from: source,
    sameRecord,
    afterMs,
    problem,
    value: joined ? undefined : graph.derive(source, options.value, type, place, true),
    joinedValue: joined ? (options.value as LabelPlan['joinedValue']) : undefined,
    ownFields: sameRecord ? [...read] : [],
    horizonMs,
    never: never as LabelPlan['never'],
    corrected: graph.choice(options.corrected ?? 'ignore', 'label.corrected', ['ignore', 'learn']),
    maxPending: graph.count(options.maxPending ?? 1_000_000, 'label.maxPending', 1, MOST_PENDING),
    onFull: graph.choice(options.onFull ?? 'drop-oldest', 'label.onFull', ['drop-oldest', 'stop']),
  })
}

function checkOptions(graph: GraphBuilder, options: LabelArguments, sameRecord: boolean, place: string): void {
  if (typeof options?.value !== 'function') {
    throw wrong(place, 'has no value', 'Say what the label is, for example { value: (arrival) => arrival.late }')
  }
  const common = ['value', 'maxPending', 'onFull']
  const others = sameRecord ? ['after'] : ['horizon', 'never', 'corrected']
  graph.known(options, [...common, ...others], 'label')
  if (!sameRecord && options.horizon === undefined) {
    throw wrong(place, 'has no horizon', "Say how long a label is waited for, for example horizon: '36h'")
  }
}

function problemOf(returned: Returned, place: string): Problem {
  const types = typesOf(returned)
  if (types.size === 1) {
    if (types.has('boolean')) return 'binary'
    if (types.has('number')) return 'regression'
    if (types.has('string')) return 'multiclass'
  }
  throw wrong(
    place,
    types.size === 0
      ? 'the value arrow returns nothing for made-up records, so the problem is unknown'
      : `the value arrow returns ${[...types].join(' and ')}`,
    'Return a boolean (binary), a string (multiclass) or a number (regression), the same for every record',
  )
}

function wrong(place: string, found: string, remedy: string): MillraceError {
  return new MillraceError('MILLRACE_STREAM_LABEL', place, found, remedy)
}
