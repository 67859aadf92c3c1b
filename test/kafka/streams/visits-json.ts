import { defineStream, gaussianNaiveBayes } from 'millrace'

/** Visits that clients of other languages produce, in JSON. */
export default defineStream({
  name: 'visits-json',
  inputs: { visits: { topic: 'visits.json', schema: 'visit.avsc', format: 'json', key: 'id', time: 'at' } },
  build: ({ visits }) => {
    const member = visits.label({ value: (one) => one.member })
    return visits.featurize({ amount: 'amount' }).predict(member, { model: gaussianNaiveBayes() })
  },
})
