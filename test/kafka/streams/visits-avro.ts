import { defineStream, gaussianNaiveBayes } from 'millrace'

/** Visits that clients of other languages produce, in Avro, by the schema that each names. */
export default defineStream({
  name: 'visits-avro',
  inputs: { visits: { topic: 'visits.avro', schema: 'visit.avsc', format: 'avro', key: 'id', time: 'at' } },
  build: ({ visits }) => {
    const member = visits.label({ value: (one) => one.member })
    return visits.featurize({ amount: 'amount' }).predict(member, { model: gaussianNaiveBayes() })
  },
})
