import { defineStream, logisticRegression, pipeline, standardScaler } from 'millrace'

/** A million users, each with features of its own. */
export default defineStream({
  name: 'million-keys',
  inputs: { clicks: { topic: 'clicks', schema: 'bench-click.avsc', key: 'id', time: 'at' } },
  build: ({ clicks }) => {
    const worth = clicks.label({ value: (click) => click.worth })
    const rows = clicks.featurize({
      amount: 'amount',
      usualAmount: clicks.by('user').ewMean('1h', 'amount'),
      clickRate: clicks.by('user').ewRate('1h'),
      worthRate: worth.by('user').ewMean('1d'),
    })
    return rows.predict(worth, { model: pipeline(standardScaler(), logisticRegression()) })
  },
})
