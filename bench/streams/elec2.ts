import { defineStream, logisticRegression, pipeline, standardScaler } from 'millrace'

/** Will the price be up? The label is in the same record, so each row is predicted, then learned, then the next. */
export default defineStream({
  name: 'elec2',
  inputs: { electricity: { topic: 'electricity', schema: 'bench-elec2.avsc', key: 'id', time: 'at' } },
  build: ({ electricity }) => {
    const up = electricity.label({ value: (row) => row.up })
    const rows = electricity.featurize({
      date: 'date',
      day: 'day',
      period: 'period',
      nswprice: 'nswprice',
      nswdemand: 'nswdemand',
      vicprice: 'vicprice',
      vicdemand: 'vicdemand',
      transfer: 'transfer',
    })
    return rows.predict(up, {
      model: pipeline(standardScaler({ learn: 'on-arrival' }), logisticRegression({ optimizer: 'sgd' })),
    })
  },
})
