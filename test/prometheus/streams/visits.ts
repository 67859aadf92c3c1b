import { adwin, defineStream, gaussianNaiveBayes } from 'millrace'

/** Is it a member? What a positive amount says of that turns round on the way: drift, a new model, a swap. */
export default defineStream({
  name: 'visits',
  inputs: { visits: { topic: 'visits', schema: 'visit.avsc', key: 'id', time: 'at' } },
  build: ({ visits }) => {
    const known = visits.validate({ shop: 'required' })
    const member = known.label({ value: (one) => one.member, after: '100ms' })
    const rows = known.featurize({ amount: 'amount', seen: known.by('shop').window('1h').count() })
    return rows.predict(member, {
      model: gaussianNaiveBayes(),
      drift: { loss: adwin() },
      retrain: { on: ['loss'], from: { latest: 20_000, since: 'drift' } },
    })
  },
})
