import type { Evidence } from '../drift/detector.ts'
import { decodeBinary, encodeBinary } from '../stats/binary-format.ts'
import type { StatePart, StateRegion } from '../stats/state-region.ts'
import type { ModelPlan } from '../stream/graph.ts'
import { areSameColumns, columnChanges, type NamedColumn } from './named-column.ts'
import { TrainingRing } from './training-ring.ts'
import { savedColumns } from './saved-columns.ts'

const LEAST_ROWS = 2000 // rows after a drift for a model that goes on from the champion
const LEAST_ROWS_ANEW = 5000 // a model that begins anew on fewer is no better than the one it would replace
const REMEMBERED = 32 // changes that a new one is compared with
const NONE = -1

/** A retrain job that is asked for: from which label on it may train, and why. It is ready once its rows are pinned. */
export interface RetrainJob {
  readonly id: string
  readonly reason: string
  readonly requestedBy: string | null
  /** Number of the first label that it may learn from. */
  readonly from: number
  /** Number of the first label after the change that asked for it; `from` where no drift did. */
  readonly changedAt: number
  /** The loss before that change; null where no drift asked. */
  readonly before: number | null
  /** Whether its labels have all come, so that it waits for room only. */
  readonly hasRows: boolean
  /** Whether the loss rose more than at any of the latest changes. */
  readonly isGreat: boolean
  /** Labels taken when its rows were pinned; -1 until then. */
  readonly cut: number
  /** Then: the first of the task's labels that was pinned, how many it had learned, the time, and the champion. */
  readonly pinned: PinnedFacts
  /** Rows that waited for labels then: by so much the validation holds labels back. */
  readonly delay: number
  /** Which of the graph's descriptions it trains. */
  readonly description: number
  /** Labels since the change that it waits for. */
  readonly leastRows: number
}

/** The version of the model that a job yields. */
export function versionOf({ id }: RetrainJob): string {
  return `v${id.slice(1)}`
}

/** Where the rows of a job lie in the life of its task. */
export interface PinnedFacts {
  readonly firstLabel: number
  readonly labels: number
  readonly timeMs: number
  readonly champion: string
}

/** How a retrain job ended. */
export interface Retrained {
  readonly job: string
  /** What the learner's `save` gave; undefined when training failed. */
  readonly model: Uint8Array | undefined
  readonly blob: string | null
  readonly digest: string | null
  readonly numbers: Readonly<Record<string, number>>
  readonly reason: string
}

/** A job that waits to be trained, the rows it is trained on, and the saved champion that it may go on from. */
export interface ReadyJob {
  readonly job: RetrainJob
  readonly rows: Float64Array
  readonly start: Uint8Array | undefined
}

/** Who asks for a retrain, and from what. */
export interface RetrainRequest {
  /** Of the job: no other version of the task has it. */
  readonly number: number
  readonly reason: string
  readonly requestedBy: string | null
  /** The latest labels to train from, at most so many. */
  readonly labels: number
  /** The drift that asks, if one does. */
  readonly drift: Evidence | undefined
  readonly description: number
  /** Whether the model may go on from the champion, rather than begin anew. */
  readonly goesOn: boolean
}

/** Plain JSON. */
interface RequestsState {
  job: RetrainJob | null
  /** Arrival at which the schedule asks next, ms; null before the first label. */
  dueMs: number | null
  /** Losses since the change behind a job that waits for rows, and their sum. */
  losses: number
  lossSum: number
  /** By how much the loss rose at the latest changes, over at least as many labels as a job needs. */
  rises: number[]
}

/**
 * The one retrain job of a task, from the request to its result: it waits until there are labels enough since the change,
 * then for room among the models; then its rows are pinned. A newer request takes the place of one that waits for room
 * only; else it is passed over, so that signals that come thick and fast do not put training off for ever.
 */
export class RetrainRequests {
  readonly ring: TrainingRing
  private readonly plan: NonNullable<ModelPlan['retrain']>
  private readonly learners: readonly unknown[]
  private readonly columns: readonly NamedColumn[]
  private readonly task: number
  /** What the label means: rows with labels of another meaning are of no use. */
  private readonly label: string
  /** The champion as it was when the rows were pinned, as saved, and the columns it was saved with. */
  private start: { readonly model: Uint8Array; readonly columns: string } | undefined
  private state: RequestsState = { job: null, dueMs: null, losses: 0, lossSum: 0, rises: [] }

  constructor(plan: ModelPlan, columns: readonly NamedColumn[], task: number, label: string) {
    this.plan = plan.retrain as NonNullable<ModelPlan['retrain']>
    this.learners = [plan.model, ...plan.challengers].map(({ algorithm, parameters }) => [algorithm, parameters])
    this.columns = columns
    this.label = label
    this.task = task
    this.ring = new TrainingRing(this.plan.latest, columns)
  }

  /** The job whose rows are pinned. */
  get ready(): RetrainJob | undefined {
    const { job } = this.state
    return job === null || job.cut === NONE ? undefined : job
  }

  /** The champion that the ready job may go on from; undefined where it can only begin anew. */
  get startingModel(): Uint8Array | undefined {
    const { start } = this
    return start && areSameColumns(savedColumns(JSON.parse(start.columns)), this.columns) ? start.model : undefined
  }

  /** The job that has its rows and waits for room. */
  get waiting(): RetrainJob | undefined {
    const { job } = this.state
    return job?.hasRows && job.cut === NONE ? job : undefined
  }

  /** Takes a labelled row, with the loss of what was served for it (NaN for none). */
  labelled(row: Float64Array, offset: number, label: number, servedLoss: number): void {
    this.ring.add(row, offset, label)
    const { state } = this
    if (state.job === null || state.job.hasRows) return
    if (servedLoss === servedLoss) {
      state.losses++
      state.lossSum += servedLoss
    }
    this.countRows(state.job)
  }

  /** Whether the schedule asks now; it asks once. */
  isDue(nowMs: number): boolean {
    const { state, plan } = this
    if (plan.everyMs === Number.POSITIVE_INFINITY) return false
    const isDue = state.dueMs !== null && nowMs >= state.dueMs
    const next = nowMs + plan.everyMs
    if (state.dueMs === null || isDue || next < state.dueMs) state.dueMs = next // sooner where the stream asks more often now
    return isDue
  }

  /** A new job, or undefined where one goes first. */
  ask({ number, reason, requestedBy, labels, drift, description, goesOn }: RetrainRequest): RetrainJob | undefined {
    const { state, ring, plan } = this
    const { job } = state
    if (job !== null && (job.cut !== NONE || !(job.hasRows || requestedBy !== null))) return undefined
    const from = Math.max(ring.oldest, ring.taken - Math.min(labels, plan.latest))
    const asked: RetrainJob = {
      id: `r${this.task}.${number}`,
      reason,
      requestedBy,
      from,
      changedAt: drift === undefined ? from : Math.max(0, ring.taken - drift.since),
      before: drift === undefined ? null : drift.before,
      hasRows: false,
      isGreat: false,
      cut: NONE,
      pinned: { firstLabel: 0, labels: 0, timeMs: 0, champion: '' },
      delay: 0,
      description,
      leastRows: Math.min(goesOn ? LEAST_ROWS : LEAST_ROWS_ANEW, plan.latest),
    }
    state.losses = drift === undefined ? 0 : drift.since
    state.lossSum = drift === undefined ? 0 : drift.since * drift.after
    state.job = asked
    this.countRows(asked)
    return asked
  }

  /** Pins the rows of the waiting job, and the champion that it may go on from. */
  pin(delay: number, start: Uint8Array | undefined, at: Omit<PinnedFacts, 'firstLabel'>): RetrainJob {
    const { ring } = this
    const asked = this.state.job as RetrainJob
    const firstLabel = at.labels - (ring.taken - Math.max(asked.from, ring.oldest))
    const job = { ...asked, cut: ring.taken, delay, pinned: { ...at, firstLabel } }
    this.state.job = job
    this.start = start === undefined ? undefined : { model: start, columns: JSON.stringify(this.columns) }
    ring.pin(job.from)
    return job
  }

  /** The job has ended; undefined where it is not the one at work. */
  end(id: string): RetrainJob | undefined {
    const job = this.ready
    if (job?.id !== id) return undefined
    this.state.job = null
    this.start = undefined
    this.ring.unpin()
    return job
  }

  parts(): StatePart[] {
    const { latest } = this.plan
    const { label } = this
    const own = [label, this.learners]
    // What was asked for is kept as long as the rows are from which it is trained.
    const rows = (definition: string, rest: readonly unknown[]): string | undefined => {
      const [size, columns, ...saved] = JSON.parse(definition) as [number, NamedColumn[], ...unknown[]]
      const isSame = [rest, rest.slice(1)].some((one) => JSON.stringify(one) === JSON.stringify(saved)) // the latter by an earlier release
      return size === latest && isSame ? columnChanges(savedColumns(columns), this.columns) : undefined
    }
    // A job is for a learner, wherever the stream names that now: without it there is nothing to train.
    const ofOthers = (definition: string): string => {
      const [size, columns, about, learners] = JSON.parse(definition) as unknown[]
      return learners === undefined ? definition : JSON.stringify([size, columns, about, this.learners])
    }
    const save = (): Uint8Array => {
      const { job } = this.state
      const learner = job === null ? undefined : this.learners[job.description]
      return new TextEncoder().encode(JSON.stringify({ ...this.state, learner }))
    }
    const load = (bytes: Uint8Array): void => {
      const { learner, ...state } = JSON.parse(new TextDecoder().decode(bytes)) as RequestsState & { learner?: unknown }
      this.state = state
      if (state.job === null || learner === undefined) return
      const isSame = (one: unknown): boolean => JSON.stringify(one) === JSON.stringify(learner)
      if (isSame(this.learners[state.job.description])) return
      const description = this.learners.findIndex(isSame)
      state.job = description < 0 ? null : { ...state.job, description }
    }
    return [
      {
        path: 'race.requests',
        definition: JSON.stringify([latest, this.columns, ...own]),
        state: { regions: () => ({ state: { save, load }, start: this.startRegion() }) },
        carries: (definition) => rows(ofOthers(definition), own),
      },
      {
        path: 'race.ring',
        definition: JSON.stringify([latest, this.columns, label]),
        state: this.ring,
        carries: (definition) => rows(definition, [label]),
      },
    ]
  }

  private startRegion(): StateRegion {
    const save = (): Uint8Array => {
      if (this.start === undefined) return new Uint8Array(0)
      const { columns, model } = this.start
      return encodeBinary('retrain-start', { columns }, { model })
    }
    const load = (bytes: Uint8Array): void => {
      if (bytes.length === 0) {
        this.start = undefined
        return
      }
      const { header, arrays } = decodeBinary('retrain-start', bytes)
      this.start = { columns: header.columns as string, model: arrays.model as Uint8Array }
    }
    return { save, load }
  }

  /** Once there are rows enough, says so, and how the rise of the loss compares with those before: over so many labels they can be compared. */
  private countRows(job: RetrainJob): void {
    const { state } = this
    if (this.ring.taken - Math.max(job.from, job.changedAt) < job.leastRows) return
    const rise = job.before === null ? Number.NaN : state.lossSum / state.losses - job.before
    if (rise - rise !== 0) {
      state.job = { ...job, hasRows: true }
      return
    }
    state.job = { ...job, hasRows: true, isGreat: state.rises.every((earlier) => rise > earlier) }
    state.rises.push(rise)
    if (state.rises.length > REMEMBERED) state.rises.shift()
  }
}
