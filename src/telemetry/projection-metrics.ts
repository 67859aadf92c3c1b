import { Counter, Gauge, type Registry } from 'prom-client'
import type { ProjectionFigures } from './projection-figures.ts'

/** Metrics of writing to Redis; a stream without has none. */
export class ProjectionMetrics {
  private readonly up: Gauge<'stream'>
  private readonly pending: Gauge<'stream'>
  private readonly counters: readonly (readonly [
    figure: 'written' | 'superseded' | 'dropped',
    metric: Counter<'stream'>,
  ])[]

  constructor(registers: Registry[]) {
    const labelNames = ['stream'] as const
    const counter = (name: string, help: string) => new Counter({ name, help, labelNames, registers })
    this.up = new Gauge({
      name: 'millrace_projection_up',
      help: '1 while what is committed gets into Redis, else 0',
      labelNames,
      registers,
    })
    this.pending = new Gauge({
      name: 'millrace_projection_pending_keys',
      help: 'Keys that wait to be written to Redis',
      labelNames,
      registers,
    })
    this.counters = [
      ['written', counter('millrace_projection_written_keys_total', 'Keys written to Redis')],
      [
        'superseded',
        counter(
          'millrace_projection_superseded_keys_total',
          'Keys of which a newer value came before the older was written',
        ),
      ],
      [
        'dropped',
        counter('millrace_projection_dropped_keys_total', 'Keys not written to Redis because too many waited'),
      ],
    ]
  }

  set(stream: string, figures: ProjectionFigures): void {
    this.up.set({ stream }, figures.state === 'writing' ? 1 : 0)
    this.pending.set({ stream }, figures.pending)
    for (const [figure, metric] of this.counters) {
      metric.remove({ stream })
      metric.inc({ stream }, figures[figure])
    }
  }
}
