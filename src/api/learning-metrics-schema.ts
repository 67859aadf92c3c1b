import { Type } from 'typebox'

const figures = Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]), {
  description: 'By the metric’s name; null while undefined.',
})

const stretch = (description: string) => Type.Object({ values: figures, standardErrors: figures }, { description })

const exampleStretch = { values: { 'log-loss': 0.4305, 'roc-auc': 0.7211 }, standardErrors: { 'log-loss': 0.0021 } }

/** How well a stream's model predicts. */
export const learningMetricsSchema = Type.Object(
  {
    stream: Type.String(),
    problem: Type.String(),
    transaction: Type.Integer({ description: 'The transaction that the figures are committed by.' }),
    cohortDays: Type.Integer({
      description: 'Length of a cohort in days: 1 unless labels are waited for so long that days would be too many.',
    }),
    scores: Type.Array(
      Type.Object({
        role: Type.String({
          description:
            'champion: what was served, by whichever version. challenger, trial, former, benched: a version beside it. baseline.',
        }),
        model: Type.String({ description: '`served`, a version, or the baseline’s name.' }),
        outcomes: Type.Integer(),
        whole: stretch('All outcomes.'),
        rolling: stretch('The latest outcomes, 20,000 at least.'),
        fading: stretch('All outcomes, each weighing less the older it is.'),
        cohorts: Type.Object(
          {
            cohorts: Type.Integer({
              description:
                'Mature cohorts with at least 500 outcomes: predictions of one day (`cohortDays`) whose labels have come or will not.',
            }),
            outcomes: Type.Integer(),
            mean: stretch('Means over the cohorts.'),
            pooled: stretch('Their outcomes together.'),
          },
          { description: 'Labels that come fast are not like those that come slowly: only mature cohorts count.' },
        ),
      }),
    ),
  },
  {
    description: 'What was served first, then other models, then the baselines.',
    examples: [
      {
        stream: 'flight-delay',
        problem: 'binary',
        transaction: 812,
        cohortDays: 1,
        scores: [
          {
            role: 'champion',
            model: 'served',
            outcomes: 5100,
            whole: exampleStretch,
            rolling: exampleStretch,
            fading: exampleStretch,
            cohorts: { cohorts: 1, outcomes: 4800, mean: exampleStretch, pooled: exampleStretch },
          },
        ],
      },
    ],
  },
)
