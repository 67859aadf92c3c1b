import { defineStream, logisticRegression, pipeline, standardScaler } from 'millrace'

/** A million offers that wait for their answers at any time, among many more events that only feed features. */
export default defineStream({
  name: 'million-pending',
  inputs: {
    events: { topic: 'shop-events', schema: 'bench-shop-event.avsc', key: 'id', time: 'at' },
    answers: { topic: 'answers', schema: 'bench-answer.avsc', key: 'id', time: 'at' },
  },
  build: ({ events, answers }) => {
    const offers = events.where((event) => event.offer)
    const yes = offers.label(answers, { value: (answer) => answer.yes, horizon: '10m', maxPending: 1_100_000 })
    const rows = offers.featurize({
      price: 'price',
      size: 'size',
      usualPrice: events.by('shop').ewMean('10s', 'price'),
      eventsNow: events.by('shop').window('10s').count(),
    })
    return rows.predict(yes, { model: pipeline(standardScaler(), logisticRegression()) })
  },
})
