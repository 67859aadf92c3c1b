import { Gauge, type Registry } from 'prom-client'
import type { CommittedFigures } from './committed-figures.ts'

type Labels = 'stream' | 'role' | 'model'

/** Metrics of predictions, and what the gauges of the rolling value and of the mean over mature cohorts are called; null: cohorts do not keep it. */
const scored: readonly (readonly [metric: string, rolling: string, cohorts: string | null, what: string])[] = [
  ['log-loss', 'millrace_log_loss', 'millrace_cohort_log_loss', 'Log loss, natural logarithm'],
  ['roc-auc', 'millrace_roc_auc', 'millrace_cohort_roc_auc', 'Area under the ROC curve'],
  ['accuracy', 'millrace_accuracy_ratio', 'millrace_cohort_accuracy_ratio', 'Share of predictions that were right'],
  ['brier', 'millrace_brier_score', 'millrace_cohort_brier_score', 'Brier score'],
  ['calibration', 'millrace_calibration_error', null, 'Expected calibration error'],
  ['kappa', 'millrace_kappa', null, 'Cohen’s kappa'],
  ['kappa-t', 'millrace_temporal_kappa', null, 'Kappa against the no-change rule'],
  ['mae', 'millrace_mean_absolute_error', 'millrace_cohort_mean_absolute_error', 'Mean absolute error'],
  ['rmse', 'millrace_root_mean_squared_error', 'millrace_cohort_root_mean_squared_error', 'Root mean squared error'],
]

const labelNames = ['stream', 'role', 'model'] as const

/** Gauges of the prequential figures of what was served, of challengers and of baselines, and of which models there are. */
export class ScoreMetrics {
  private readonly rolling: readonly (readonly [metric: string, gauge: Gauge<Labels>])[]
  private readonly cohorts: readonly (readonly [metric: string, gauge: Gauge<Labels>])[]
  private readonly outcomes: Gauge<Labels>
  private readonly models: Gauge<Labels>

  constructor(registers: Registry[]) {
    const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames, registers })
    this.rolling = scored.map(([metric, name, , what]) => [metric, gauge(name, `${what}, over the latest outcomes`)])
    this.cohorts = scored.flatMap(([metric, , name, what]) =>
      name === null
        ? []
        : [
            [
              metric,
              gauge(
                name,
                `${what}, mean over mature cohorts (predictions of one day, of several where labels are waited for very long)`,
              ),
            ] as const,
          ],
    )
    this.outcomes = gauge('millrace_scored_outcomes', 'Outcomes that the figures of a model stand on')
    this.models = gauge('millrace_model_info', 'Models at work: 1 for each version in its role')
  }

  /** Forgets all label sets: those of models that are gone must not stay. */
  reset(): void {
    for (const [, gauge] of [...this.rolling, ...this.cohorts]) gauge.reset()
    this.outcomes.reset()
    this.models.reset()
  }

  set(stream: string, { progress, scores }: CommittedFigures): void {
    for (const { version, role } of progress.models) this.models.set({ stream, role, model: version }, 1)
    for (const { role, model, outcomes, rolling, cohorts } of scores) {
      const labels = { stream, role, model }
      this.outcomes.set(labels, outcomes)
      for (const [metric, gauge] of this.rolling) setFinite(gauge, labels, rolling.values[metric])
      for (const [metric, gauge] of this.cohorts) setFinite(gauge, labels, cohorts.mean.values[metric])
    }
  }
}

function setFinite(gauge: Gauge<Labels>, labels: Record<Labels, string>, value: number | undefined): void {
  if (value !== undefined && Number.isFinite(value)) gauge.set(labels, value)
}
