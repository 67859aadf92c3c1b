import type { CalibrationBin } from '../evaluate/metrics/calibration.ts'
import { type Markup, markup } from './markup.ts'
import { reportFigure, reportFigureCount } from './report-figure.ts'
import { SvgAxis } from './svg-axis.ts'

const SIZE = 400
const LEFT = 52
const RIGHT = 388
const TOP = 12
const BOTTOM = 348
const Z = 1.96 // of a 95 % interval

/** What came over what was predicted, bin by bin, beside the diagonal of a perfect calibration, as SVG; whiskers are 95 % intervals. */
export function svgCalibrationPlot(id: string, bins: readonly CalibrationBin[]): Markup {
  const most = bins.reduce((high, { predicted, observed }) => Math.max(high, predicted, observed), 0)
  const high = Math.min(1, Math.ceil(most * 10 + 0.2) / 10)
  const x = new SvgAxis(0, high, LEFT, RIGHT)
  const y = new SvgAxis(0, high, BOTTOM, TOP)
  const line = bins.map(({ predicted, observed }, i) => `${i === 0 ? 'M' : 'L'}${x.at(predicted)} ${y.at(observed)}`)
  return markup`<svg class="square" viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-labelledby="${id}-title ${id}-description">
<title id="${id}-title">Calibration: observed share over predicted probability</title>
<desc id="${id}-description">${bins.length} bins of equal mass; a point on the diagonal is perfectly calibrated. The table beside it has the values.</desc>
${y.ticks(6).map(({ value, label }) => markup`<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${y.at(value)}" y2="${y.at(value)}"/><text x="${LEFT - 6}" y="${y.at(value) + 4}" text-anchor="end">${label}</text><text x="${x.at(value)}" y="${BOTTOM + 18}" text-anchor="middle">${label}</text>`)}
<line class="diagonal" x1="${x.at(0)}" y1="${y.at(0)}" x2="${x.at(high)}" y2="${y.at(high)}"/>
<path class="line line-0" d="${line.join('')}"/>
${bins.map(({ predicted, observed, weight }) => {
  const error = Z * Math.sqrt((observed * (1 - observed)) / weight)
  const title = `predicted ${reportFigure(predicted)}, observed ${reportFigure(observed)}, ${reportFigureCount(weight)} outcomes`
  const [from, to] = [Math.max(0, observed - error), Math.min(high, observed + error)]
  return markup`<line class="whisker" x1="${x.at(predicted)}" x2="${x.at(predicted)}" y1="${y.at(from)}" y2="${y.at(to)}"/><circle class="bin" cx="${x.at(predicted)}" cy="${y.at(observed)}" r="4"><title>${title}</title></circle>
`
})}<text x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 40}" text-anchor="middle">predicted probability</text>
<text x="14" y="${(TOP + BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(TOP + BOTTOM) / 2})">observed share</text>
</svg>`
}
