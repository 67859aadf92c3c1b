const DAY_MS = 86_400_000
/** From which size on, what is counted in, and its sign. */
const units = [
  [1e9, 1e9, 'G'],
  [1e6, 1e6, 'M'],
  [1e4, 1e3, 'k'],
] as const
const steps = [2, 2.5, 2] // 1, 2, 5, 10

/** Maps values onto a stretch of the drawing. */
export class SvgAxis {
  readonly low: number
  readonly high: number
  private readonly from: number
  private readonly scale: number

  constructor(low: number, high: number, from: number, to: number) {
    this.low = low
    this.high = high
    this.from = from
    this.scale = high > low ? (to - from) / (high - low) : 0
  }

  /** Where a value lies, to a tenth of a pixel. */
  at(value: number): number {
    return Math.round((this.from + (value - this.low) * this.scale) * 10) / 10
  }

  /** Round values within the axis, about `count` of them, with as many digits as tell them apart; from ten thousand on as 50k, 1.5M. */
  ticks(count: number): { readonly value: number; readonly label: string }[] {
    let step = 1e-9
    for (let i = 0; (this.high - this.low) / step > count; i++) step *= steps[i % 3]
    const size = Math.max(Math.abs(this.low), Math.abs(this.high))
    const [, unit, sign] = units.find(([least]) => size >= least) ?? [0, 1, '']
    const shown = step / unit
    let digits = 0
    for (let one = 1; one > shown * 1.001 && digits < 9; one /= 10) digits++
    if (shown < 1 && (shown * 4).toFixed(digits) === '1') digits++
    const ticks = []
    for (let k = Math.ceil(this.low / step - 1e-6); k * step <= this.high + step * 1e-6; k++)
      ticks.push({ value: k * step, label: k === 0 && sign !== '' ? '0' : `${(k * shown).toFixed(digits)}${sign}` })
    return ticks
  }

  /** At most `count` days within the axis, or first days of months where it is long. */
  days(count: number): { readonly value: number; readonly label: string }[] {
    const ticks: { value: number; label: string }[] = []
    if (this.high - this.low > 70 * DAY_MS) {
      const first = new Date(this.low)
      for (let month = 1; ; month++) {
        const value = Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + month - 1, 1)
        if (value > this.high) break
        if (value >= this.low) ticks.push({ value, label: new Date(value).toISOString().slice(0, 7) })
      }
    } else
      for (let value = Math.ceil(this.low / DAY_MS) * DAY_MS; value <= this.high; value += DAY_MS)
        ticks.push({ value, label: new Date(value).toISOString().slice(5, 10) })
    const every = Math.max(1, Math.ceil(ticks.length / count))
    return ticks.filter((_, i) => i % every === 0)
  }
}
