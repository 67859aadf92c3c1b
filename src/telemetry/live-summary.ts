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
  /** What the stream is judged by, the first thing first. */
  readonly figures: readonly LiveFigure[]
  readonly modelVersion: string | undefined
  /** The latest signal or model event, in words. */
  readonly lastEvent: string | undefined
  /** How many records this process could not use, and why, in words. */
  readonly deadLetters: string | undefined
  readonly address: string | undefined
  /** Who paused it and when, in words. */
  readonly paused?: string | undefined
}

/** A figure of what was served, beside those of the baselines where they are to be compared with; undefined where there is none yet. */
export interface LiveFigure {
  /** Such as 'log loss'. */
  readonly name: string
  readonly better: 'lower' | 'higher'
  readonly served: number | undefined
  readonly baselines: readonly { readonly name: string; readonly value: number | undefined }[]
  /** What a block says while there is none. */
  readonly before: string
}

/** Words in colour, or as they are. */
export type Emphasis = (text: string) => string

const LABEL = 18
const MOST_LINES = 3 // of a text

/** A block of lines of at most `width` characters that says how a stream is doing: to be drawn over the one before. */
export function liveSummary(facts: LiveFacts, strong: Emphasis, faint: Emphasis, width = Infinity): string[] {
  const row = (label: string, value: string): string => `  ${faint(label.padEnd(LABEL))}${value}`
  const prose = (label: string, text: string): string[] =>
    wrapped(text, width - LABEL - 2).map((line, i) => row(i === 0 ? label : '', line))
  const { eventsPerSecond, waiting, learned, modelVersion, lastEvent, deadLetters, address } = facts
  const lines = [
    [strong(facts.stream), ...timeOf(facts.nowMs), faint(facts.phase)].join('  '),
    row('events/s', `${count(eventsPerSecond)}`),
    row('labels', `${count(learned)} learned, ${count(waiting)} waiting`),
    ...facts.figures.map((figure) => row(figure.name, figureText(figure, figure.before, strong))),
    row('model', modelVersion ?? '-'),
    ...prose('last event', lastEvent ?? 'none yet'),
    ...(deadLetters === undefined ? [] : prose('not used', deadLetters)),
  ]
  if (address !== undefined) lines.push(row('API', address))
  return lines
}

/** The same in one plain line, for logs; of a stream that is still recovering only what is going on. */
export function liveSummaryLine(facts: LiveFacts): string {
  if (facts.nowMs === undefined) return facts.phase
  const { eventsPerSecond, waiting, modelVersion, deadLetters } = facts
  const parts = [
    ...timeOf(facts.nowMs),
    facts.phase,
    `${count(eventsPerSecond)} events/s`,
    `${count(waiting)} labels waiting`,
    ...facts.figures.map((figure) => `${figure.name} ${figureText(figure, '-', (text) => text)}`),
  ]
  if (modelVersion !== undefined) parts.push(`model ${modelVersion}`)
  if (deadLetters !== undefined) parts.push(deadLetters)
  return parts.join('  ')
}

function figureText({ better, served, baselines }: LiveFigure, before: string, strong: Emphasis): string {
  if (served === undefined) return before
  const known = baselines.filter((one): one is { name: string; value: number } => one.value !== undefined)
  if (known.length === 0) return strong(served.toFixed(4))
  const sign = better === 'lower' ? 1 : -1
  const best = known.reduce((a, b) => (sign * b.value < sign * a.value ? b : a))
  const side = served === best.value ? 'as' : served < best.value ? 'below' : 'above'
  const distance =
    better === 'lower' && best.value > 0
      ? `${Math.abs((100 * (best.value - served)) / best.value).toFixed(1)} %`
      : Math.abs(served - best.value).toFixed(4)
  const compared = side === 'as' ? side : `${distance} ${side}`
  return `${strong(served.toFixed(4))}, ${compared} the best baseline (${best.name} ${best.value.toFixed(4)})`
}

/** A text as lines that are broken between words; what does not fit in them ends with an ellipsis. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line: string[] = []
  for (const word of text.split(' ')) {
    if (line.length > 0 && [...line, word].join(' ').length > width) {
      if (lines.length === MOST_LINES - 1) {
        while (line.length > 1 && [...line, '…'].join(' ').length > width) line.pop()
        return [...lines, [...line, '…'].join(' ')]
      }
      lines.push(line.join(' '))
      line = []
    }
    line.push(word)
  }
  return [...lines, line.join(' ')]
}

function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

function timeOf(ms: number | undefined): string[] {
  if (ms === undefined) return []
  return [Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 16).replace('T', ' ') : 'no events yet']
}
