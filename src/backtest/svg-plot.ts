import { escapeHtml } from './escape-html.ts'

/** A line of a plot; NaN breaks it. */
export interface PlotLine {
  readonly name: string
  readonly x: readonly number[]
  readonly y: readonly number[]
  /** Also a dot at each point, with the point's values as its tooltip. */
  readonly dots?: boolean
}

export interface PlotOptions {
  readonly title: string
  readonly describe: string
  readonly lines: readonly PlotLine[]
  readonly xLabel: string
  readonly yLabel: string
  readonly xText: (value: number) => string
  /** The same range on both axes, and the diagonal. */
  readonly square?: boolean
}

const WIDTH = 860
const HEIGHT = 320
const SIDE = 420
const LEFT = 62
const RIGHT = 14
const TOP = 12
const BOTTOM = 44

/** Lines over axes as an SVG that needs nothing else: colours and dashes by the classes `line-0`, `line-1`, ... of its page. */
export function svgPlot(options: PlotOptions): string {
  const { lines, square = false } = options
  const xs = lines.flatMap(({ x }) => x).filter(Number.isFinite)
  const ys = lines.flatMap(({ y }) => y).filter(Number.isFinite)
  if (xs.length === 0 || ys.length === 0) return '<p>Nothing to plot yet.</p>'
  const width = square ? SIDE : WIDTH
  const height = square ? SIDE : HEIGHT
  const both = square ? [...xs, ...ys, 0] : []
  const [xLeast, xMost] = rangeOf(square ? both : xs, square ? 0.05 : 0)
  const [yLeast, yMost] = rangeOf(square ? both : ys, 0.05)
  const px = (x: number): number => LEFT + ((x - xLeast) / (xMost - xLeast)) * (width - LEFT - RIGHT)
  const py = (y: number): number => height - BOTTOM - ((y - yLeast) / (yMost - yLeast)) * (height - TOP - BOTTOM)
  const at = (x: number, y: number): string => `${px(x).toFixed(1)},${py(y).toFixed(1)}`
  const parts = [
    ...ticks(yLeast, yMost).map((y) => horizontal(py(y), width, figure(y))),
    ...ticks(xLeast, xMost).map((x) => vertical(px(x), height, options.xText(x))),
    square ? `<path class="diagonal" d="M${at(yLeast, yLeast)}L${at(yMost, yMost)}"/>` : '',
    ...lines.map((line, i) => drawn(line, i, at, options.xText)),
    `<text class="label" x="${(width + LEFT) / 2}" y="${height - 6}" text-anchor="middle">${escapeHtml(options.xLabel)}</text>`,
    `<text class="label" transform="translate(14,${(height - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(options.yLabel)}</text>`,
  ]
  const names = `<title>${escapeHtml(options.title)}</title><desc>${escapeHtml(options.describe)}</desc>`
  return `<svg role="img" viewBox="0 0 ${width} ${height}" style="max-width:${width}px">${names}${parts.join('')}</svg>`
}

function drawn(line: PlotLine, i: number, at: (x: number, y: number) => string, xText: (x: number) => string): string {
  let path = ''
  let isOn = false
  let dots = ''
  line.y.forEach((y, j) => {
    if (!Number.isFinite(y)) {
      isOn = false
      return
    }
    path += `${isOn ? 'L' : 'M'}${at(line.x[j], y)}`
    isOn = true
    if (line.dots !== true) return
    const [cx, cy] = at(line.x[j], y).split(',')
    dots += `<circle class="dot-${i}" cx="${cx}" cy="${cy}" r="4"><title>${escapeHtml(`${xText(line.x[j])}: ${figure(y)}`)}</title></circle>`
  })
  return `<path class="line-${i}" d="${path}"><title>${escapeHtml(line.name)}</title></path>${dots}`
}

function horizontal(y: number, width: number, text: string): string {
  return `<path class="grid" d="M${LEFT},${y.toFixed(1)}H${width - RIGHT}"/><text x="${LEFT - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${text}</text>`
}

function vertical(x: number, height: number, text: string): string {
  return `<path class="grid" d="M${x.toFixed(1)},${TOP}V${height - BOTTOM}"/><text x="${x.toFixed(1)}" y="${height - BOTTOM + 16}" text-anchor="middle">${escapeHtml(text)}</text>`
}

/** The least and the most of some values, with a margin of their distance. */
function rangeOf(values: readonly number[], margin: number): [number, number] {
  let least = Infinity
  let most = -Infinity
  for (const value of values) {
    if (value < least) least = value
    if (value > most) most = value
  }
  const room = most > least ? (most - least) * margin : Math.abs(most) * 0.1 || 1
  return [least - room, most + room]
}

/** About six round numbers within a range. */
function ticks(least: number, most: number): number[] {
  const rough = (most - least) / 6
  const unit = Number(`1e${Math.floor(Math.log10(rough))}`)
  const step = [1, 2, 5, 10].map((factor) => factor * unit).find((candidate) => candidate >= rough) ?? rough
  const found: number[] = []
  for (let i = Math.ceil(least / step); i * step <= most; i++) found.push(i * step)
  return found
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)))
}
