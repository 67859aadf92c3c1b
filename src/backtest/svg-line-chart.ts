import { type Markup, markup } from './markup.ts'
import { reportFigure } from './report-figure.ts'
import { SvgAxis } from './svg-axis.ts'

const WIDTH = 560
const HEIGHT = 320
const LEFT = 52
const DIGIT = 7 // widest digit of a label
const RIGHT = 548
const TOP = 12
const BOTTOM = 226
const LANE = 16 // of the marks below the time axis
const DAY_MS = 86_400_000

/** A line of a chart: one value for each time, NaN where there is none. */
export interface ChartLine {
  readonly name: string
  /** Which of the styles it is drawn in. */
  readonly style: number
  readonly values: readonly number[]
}

/** Something that happened at a time. */
export interface ChartMark {
  readonly time: number
  readonly lane: 'drift' | 'models'
  readonly title: string
  /** Drawn over the whole height. */
  readonly isTall: boolean
}

/**
 * A line chart over days or longer periods, ms, as SVG: the first line with its points, marks in lanes below. The scale is that of the full
 * days; what lies beyond it is drawn at its edge.
 */
export function svgLineChart(
  id: string,
  title: string,
  description: string,
  times: readonly number[],
  isFull: readonly boolean[],
  lines: readonly ChartLine[],
  marks: readonly ChartMark[],
): Markup {
  const y = valueAxis(lines, isFull)
  const left = y.ticks(7).reduce((most, { label }) => Math.max(most, DIGIT * label.length + 8), LEFT)
  const last = times.length - 1
  const half = Math.max(DAY_MS, (times[last] - times[0]) / Math.max(1, last)) / 2
  const x = new SvgAxis(times[0] - half, times[last] + half, left, RIGHT)
  const shown = marks.filter(({ time }) => time >= x.low && time <= x.high + half)
  const lanes = (['drift', 'models'] as const).filter((lane) => shown.some((mark) => mark.lane === lane))
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT - (2 - lanes.length) * LANE - 30}" role="img" aria-labelledby="${id}-title ${id}-description">
<title id="${id}-title">${title}</title>
<desc id="${id}-description">${description}</desc>
${y.ticks(7).map(({ value, label }) => markup`<line class="grid" x1="${left}" x2="${RIGHT}" y1="${y.at(value)}" y2="${y.at(value)}"/><text x="${left - 6}" y="${y.at(value) + 4}" text-anchor="end">${label}</text>`)}
${x.days(6).map(({ value, label }) => markup`<line class="grid" x1="${x.at(value)}" x2="${x.at(value)}" y1="${BOTTOM}" y2="${BOTTOM + 5}"/><text x="${x.at(value)}" y="${BOTTOM + 19}" text-anchor="${x.at(value) > RIGHT - 16 ? 'end' : 'middle'}">${label}</text>`)}
${lanes.map((lane, i) => markup`<text class="lane" x="${left - 6}" y="${BOTTOM + 38 + i * LANE}" text-anchor="end">${lane}</text>`)}
${apart(shown, x).map((mark) => tick(mark, x, BOTTOM + 28 + lanes.indexOf(mark.lane) * LANE))}
${lines
  .map((line) => markup`<path class="line line-${line.style}" d="${path(line.values, times, x, y)}"/>\n`)
  .reverse()}${lines
  .slice(1)
  .map(({ style, values }) =>
    values.map((value, i) =>
      isLone(values, i)
        ? markup`<circle class="line line-${style}" cx="${x.at(times[i])}" cy="${within(y, value)}" r="4"/>\n`
        : undefined,
    ),
  )}${lines[0].values.map((value, i) =>
  Number.isFinite(value)
    ? markup`<circle class="point${isFull[i] ? '' : ' few'}" cx="${x.at(times[i])}" cy="${within(y, value)}" r="${times.length > 90 ? 2 : 3}"><title>${pointTitle(lines, times, i)}</title></circle>\n`
    : undefined,
)}</svg>`
}

function valueAxis(lines: readonly ChartLine[], isFull: readonly boolean[]): SvgAxis {
  const values = lines.flatMap((line) => line.values.filter((value, i) => isFull[i] && Number.isFinite(value)))
  const low = values.reduce((a, b) => Math.min(a, b), values[0] ?? 0)
  const high = values.reduce((a, b) => Math.max(a, b), values[0] ?? 1)
  const room = high > low ? (high - low) * 0.06 : 0.1
  return new SvgAxis(low - room, high + room, BOTTOM, TOP)
}

/** Whether a value has no neighbour to be joined to by a line. */
function isLone(values: readonly number[], i: number): boolean {
  return Number.isFinite(values[i]) && !Number.isFinite(values[i - 1]) && !Number.isFinite(values[i + 1])
}

function path(values: readonly number[], times: readonly number[], x: SvgAxis, y: SvgAxis): string {
  let d = ''
  let drawing = false
  for (let i = 0; i < values.length; i++) {
    const isKnown = Number.isFinite(values[i])
    if (isKnown) d += `${drawing ? 'L' : 'M'}${x.at(times[i])} ${within(y, values[i])}`
    drawing = isKnown
  }
  return d
}

function within(y: SvgAxis, value: number): number {
  return y.at(Math.min(y.high, Math.max(y.low, value)))
}

/** Of marks at the same place in a lane, the tallest, with the titles of all. */
function apart(marks: readonly ChartMark[], x: SvgAxis): ChartMark[] {
  const places = Map.groupBy(marks, ({ time, lane }) => `${lane} ${Math.round(x.at(time))}`)
  return [...places.values()].map((same) => ({
    ...(same.find(({ isTall }) => isTall) ?? same[0]),
    title: same.map(({ title }) => title).join('; '),
  }))
}

function tick({ time, lane, title, isTall }: ChartMark, x: SvgAxis, top: number): Markup {
  const at = x.at(time)
  return markup`<g class="mark ${lane}"><title>${title}</title>${isTall ? markup`<line class="tall" x1="${at}" x2="${at}" y1="${TOP}" y2="${BOTTOM}"/>` : undefined}<line x1="${at}" x2="${at}" y1="${top}" y2="${top + 12}"/></g>
`
}

function pointTitle(lines: readonly ChartLine[], times: readonly number[], i: number): string {
  const figures = lines.map(({ name, values }) => `${name} ${reportFigure(values[i])}`)
  return `${new Date(times[i]).toISOString().slice(0, 10)}: ${figures.join(', ')}`
}
