import type { CommitFigures, CommittedFigures, ScoreFigures, TaskProgress } from './committed-figures.ts'

const SCORES_MS = 1000 // between two looks at the scores, at the least
const LEISURE = 20 // times as long as a look takes: 5 % of the time at the most

/** Reads the figures of a running task's state, which may be ahead of what is committed. */
export interface FiguresSource {
  /** Cheap: copied at every commit. */
  progress(): TaskProgress
  /** Costs milliseconds, tens of them where labels are waited for for months: read once a second at most. */
  scores(): readonly ScoreFigures[]
  /** True when the state is exactly that of a commit: nothing has been computed since. */
  isAt(commit: CommitFigures): boolean
}

/**
 * Keeps copies of a task's figures and shows none before what it holds is committed. A task computes the next transaction
 * while one is being committed; so a copy taken when commit n is acknowledged holds rows of n + 1, and is shown when that
 * is acknowledged too. Where the task has nothing more to compute it is shown at once.
 */
export class CommittedView {
  private readonly now: () => number
  private readonly stopwatch: () => number
  private source: FiguresSource | undefined
  private commit: CommitFigures | undefined
  private staged: CommittedFigures | undefined
  private shown: CommittedFigures | undefined
  private scores: readonly ScoreFigures[] = []
  private scoredMs = Number.NEGATIVE_INFINITY
  private costMs = 0
  private pauseMs = SCORES_MS
  private areScoresCurrent = false

  /** `now`: ms, only for how often scores are read; `stopwatch`, ms, for how long that took. */
  constructor(now: () => number, stopwatch: () => number = () => performance.now()) {
    this.now = now
    this.stopwatch = stopwatch
  }

  /** A task has recovered to `commit` and not begun to work: its state is committed. */
  attach(source: FiguresSource, commit: CommitFigures): void {
    this.source = source
    this.commit = commit
    this.scoredMs = Number.NEGATIVE_INFINITY
    this.staged = undefined
    this.shown = this.copy(commit)
  }

  /** The task has ended cleanly, so that all it has computed is committed: its scores are read once more. */
  settle(): void {
    const { commit, source } = this
    if (commit === undefined || source?.isAt(commit) !== true) return
    this.scoredMs = Number.NEGATIVE_INFINITY
    this.staged = undefined
    this.shown = this.copy(commit)
  }

  /** The task is no more: what it has committed stays, what it had not is forgotten. */
  detach(): void {
    this.source = undefined
    this.staged = undefined
  }

  /** The task is another process's now, which alone knows what is committed. */
  forget(): void {
    this.detach()
    this.commit = undefined
    this.shown = undefined
  }

  /** A commit was acknowledged. Gives what is shown from now on. */
  committed(commit: CommitFigures): CommittedFigures | undefined {
    this.commit = commit
    this.areScoresCurrent = false
    if (this.staged !== undefined) this.shown = { ...this.staged, commit }
    else if (this.shown !== undefined) this.shown = { ...this.shown, commit }
    const copy = this.copy(commit)
    const isAt = this.source?.isAt(commit) ?? false
    this.staged = isAt ? undefined : copy
    if (isAt) this.shown = copy
    return this.shown
  }

  /** The latest committed figures; undefined before a task has recovered for the first time. */
  read(): CommittedFigures | undefined {
    const { commit, source } = this
    if (commit !== undefined && !this.areScoresCurrent && source?.isAt(commit) === true) {
      this.staged = undefined
      this.shown = this.copy(commit)
    }
    return this.shown
  }

  private copy(commit: CommitFigures): CommittedFigures | undefined {
    const { source } = this
    if (source === undefined) return this.shown
    const nowMs = this.now()
    if (nowMs - this.scoredMs >= this.pauseMs) {
      const begin = this.stopwatch()
      this.scores = source.scores()
      this.scoredMs = nowMs
      const costMs = this.stopwatch() - begin
      this.pauseMs = Math.max(SCORES_MS, LEISURE * Math.min(costMs, this.costMs)) // the first is slow, for it is compiled
      this.costMs = costMs
      this.areScoresCurrent = source.isAt(commit)
    }
    return { commit, progress: source.progress(), scores: this.scores }
  }
}
