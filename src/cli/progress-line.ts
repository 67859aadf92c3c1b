import { formatCount, formatTime } from './format.ts'
import type { Terminal } from './terminal.ts'

const REDRAW_MS = 200

/** How far something long is, on one line that is drawn again: share, rate, time left. Prints nothing where nobody watches. */
export class ProgressLine {
  private readonly terminal: Terminal
  private readonly what: string
  private readonly total: number | undefined
  private readonly begunMs = performance.now()
  private drawnMs = this.begunMs

  /** `what` is counted, such as 'events'; `total` of them, where that is known. */
  constructor(terminal: Terminal, what: string, total?: number) {
    this.terminal = terminal
    this.what = what
    this.total = total
  }

  update(done: number, detail = ''): void {
    if (this.terminal.errors.isTTY !== true) return
    const now = performance.now()
    if (now - this.drawnMs < REDRAW_MS) return
    this.drawnMs = now
    const seconds = (now - this.begunMs) / 1000
    const rate = done / seconds
    const parts = [`${formatCount(done)} ${this.what}`, `${formatCount(rate)}/s`]
    if (this.total !== undefined && rate > 0) {
      parts.unshift(`${Math.min(100, Math.floor((100 * done) / this.total))} %`)
      parts.push(`${formatTime((1000 * Math.max(0, this.total - done)) / rate)} left`)
    }
    if (detail !== '') parts.push(detail)
    this.terminal.draw([parts.join('  ')])
  }

  /** Removes the line. */
  end(): void {
    this.terminal.erase()
  }

  get elapsedMs(): number {
    return performance.now() - this.begunMs
  }
}
