import { cohortWords } from '../evaluate/cohort-words.ts'
import type { MetricFigures, ScoreFigures } from '../telemetry/committed-figures.ts'
import type { LiveFigure } from '../telemetry/live-summary.ts'

/** The metrics of each kind of problem, by the first that a stream of it has. */
const judgedBy: readonly (readonly (readonly [metric: string, name: string, better: LiveFigure['better']])[])[] = [
  [
    ['mae', 'mean abs. error', 'lower'],
    ['rmse', 'RMSE', 'lower'],
  ],
  [['log-loss', 'log loss', 'lower']],
]

/**
 * What a stream is judged by while it runs, by its scores: of numbers the mean absolute and the root mean squared error,
 * of classes the log loss, each beside the baselines; of two classes first the mean AUC of a day's predictions.
 */
export function liveFigures(scores: readonly ScoreFigures[], cohortDays: number): LiveFigure[] {
  const [served, ...baselines] = scores.filter(({ role }) => role === 'champion' || role === 'baseline')
  const known: MetricFigures = served?.whole.values ?? {}
  const metrics = judgedBy.find(([[metric]]) => metric in known) ?? []
  const figures = metrics.map(
    ([metric, name, better]): LiveFigure => ({
      name,
      better,
      served: finite(known[metric]),
      baselines: baselines.map(({ model, whole }) => ({ name: model, value: finite(whole.values[metric]) })),
      before: '-',
    }),
  )
  if (!('roc-auc' in known)) return figures
  const { each, many } = cohortWords(cohortDays)
  const auc = served.cohorts.cohorts > 0 ? finite(served.cohorts.mean.values['roc-auc']) : undefined
  return [
    { name: `mean ${each} AUC`, better: 'higher', served: auc, baselines: [], before: `after the first ${many}` },
    ...figures,
  ]
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined
}
