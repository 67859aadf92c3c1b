/** What the live summary tells, as of a stream's last commit. */
export interface LiveFacts {
  readonly stream: string
  /** What is going on, such as 'running' or 'replaying 3 of 20'. */
  readonly phase: string
  /** Arrival time reached, ms; NaN before the first event, undefined while it is not known. */
  readonly nowMs: number | undefined
  readonly eventsPerSecond: number
  readonly waiting: number
  readonly learned: number
  /** Figures of what was served, then of the baselines; undefined where there is none yet. */
  readonly scores: readonly {
    readonly name: string
    readonly loss: number | undefined
    readonly dailyAuc: number | undefined
  }[]
  /** What `loss` is, such as 'log loss'. */
  readonly lossName: string
  readonly modelVersion: string | undefined
  /** The latest signal or model event, in words. */
  readonly lastEvent: string | undefined
  readonly address: string | undefined
}

/** Words in colour, or as they are. */
export type Emphasis = (text: string) => string

const LABEL = 18

/** A block of lines that says how a stream is doing: to be drawn over the one before. */
export function liveSummary(facts: LiveFacts, strong: Emphasis, faint: Emphasis): string[] {
  const row = (label: string, value: string): string => `  ${faint(label.padEnd(LABEL))}${value}`
  const { eventsPerSecond, waiting, learned, modelVersion, lastEvent, address } = facts
  const lines = [
    [strong(facts.stream), ...timeOf(facts.nowMs), faint(facts.phase)].join('  '),
    row('events/s', `${count(eventsPerSecond)}`),
    row('labels', `${count(learned)} learned, ${count(waiting)} waiting`),
    row('mean daily AUC', figure(facts.scores[0]?.dailyAuc, 'after the first days')),
    row(facts.lossName, lossText(facts, strong)),
    row('model', modelVersion ?? '-'),
    row('last event', lastEvent ?? 'none yet'),
  ]
  if (address !== undefined) lines.push(row('API', address))
  return lines
}

/** The same in one plain line, for logs; of a stream that is still recovering only what is going on. */
export function liveSummaryLine(facts: LiveFacts): string {
  if (facts.nowMs === undefined) return facts.phase
  const { eventsPerSecond, waiting, modelVersion } = facts
  const parts = [
    ...timeOf(facts.nowMs),
    facts.phase,
    `${count(eventsPerSecond)} events/s`,
    `${count(waiting)} labels waiting`,
    `mean daily AUC ${figure(facts.scores[0]?.dailyAuc, '-')}`,
    `${facts.lossName} ${lossText(facts, (text) => text)}`,
  ]
  if (modelVersion !== undefined) parts.push(`model ${modelVersion}`)
  return parts.join('  ')
}

function lossText({ scores }: LiveFacts, strong: Emphasis): string {
  const [served, ...baselines] = scores
  if (served?.loss === undefined) return '-'
  const known = baselines.filter(
    (baseline): baseline is { name: string; loss: number; dailyAuc: number | undefined } => baseline.loss !== undefined,
  )
  if (known.length === 0) return strong(served.loss.toFixed(4))
  const best = known.reduce((a, b) => (b.loss < a.loss ? b : a))
  const share = (100 * (best.loss - served.loss)) / best.loss
  return `${strong(served.loss.toFixed(4))}, ${Math.abs(share).toFixed(1)} % ${share >= 0 ? 'below' : 'above'} the best baseline (${best.name} ${best.loss.toFixed(4)})`
}

function figure(value: number | undefined, otherwise: string): string {
  return value === undefined ? otherwise : value.toFixed(4)
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function timeOf(ms: number | undefined): string[] {
  if (ms === undefined) return []
  return [Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 16).replace('T', ' ') : 'no events yet']
}
