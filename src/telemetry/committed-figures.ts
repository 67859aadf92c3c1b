/** Values by metric name; NaN while undefined. */
export type MetricFigures = Readonly<Record<string, number>>

/** Figures over one stretch of outcomes, with the standard errors of those that have one. */
export interface ScoreStretch {
  readonly values: MetricFigures
  readonly standardErrors: MetricFigures
}

/**
 * Who said what is scored: the champion (by whichever version it was then), a challenger that the stream names, a retrained
 * model on trial, a former champion on probation, one that was rolled back (benched), a baseline.
 */
export type ModelRole = 'champion' | 'challenger' | 'trial' | 'former' | 'benched' | 'baseline'

/** The prequential figures of a model or a baseline. */
export interface ScoreFigures {
  readonly role: ModelRole
  /** `served` for the champion, else a version or the baseline's name. */
  readonly model: string
  readonly outcomes: number
  readonly whole: ScoreStretch
  readonly rolling: ScoreStretch
  readonly fading: ScoreStretch
  readonly cohorts: {
    readonly cohorts: number
    readonly outcomes: number
    readonly mean: ScoreStretch
    readonly pooled: ScoreStretch
  }
}

/** A model in a slot of a task. */
export interface ModelFigures {
  readonly version: string
  readonly role: Exclude<ModelRole, 'baseline'>
  /** The version it was trained or promoted beside; null for a first one. */
  readonly parent: string | null
  readonly algorithm: string
  /** Rows predicted before it was born. */
  readonly born: number
}

/** How far a task's state is: cheap to copy. */
export interface TaskProgress {
  /** The stream's own clock: the latest arrival, ms; 0 before the first record. */
  readonly streamTimeMs: number
  /** Whether a command has paused it. */
  readonly isPaused: boolean
  /** Offset of the next command in the control topic. */
  readonly nextCommand: number
  /** Rows that wait for their labels. */
  readonly pending: number
  /** Length of a cohort of the scores, whole days: 1 unless labels are waited for very long. */
  readonly cohortDays: number
  /** What was counted since the state began, by name. */
  readonly counters: Readonly<Record<string, number>>
  readonly models: readonly ModelFigures[]
}

/** What a commit's journal record says. */
export interface CommitFigures {
  readonly seq: number
  readonly incarnation: number
  /** `topic/partition`, and for each the offset after what was taken. */
  readonly partitions: readonly string[]
  readonly positions: readonly number[]
  /** Registered snapshots, newest first. */
  readonly snapshots: readonly { readonly name: string; readonly seq: number; readonly bytes: number }[]
}

/** What may be shown of a task: nothing in it was computed after the latest acknowledged commit. */
export interface CommittedFigures {
  readonly commit: CommitFigures
  readonly progress: TaskProgress
  readonly scores: readonly ScoreFigures[]
}
