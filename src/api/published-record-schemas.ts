import { Type, type TSchema } from 'typebox'
import type { PublishedKind } from './stream-view.ts'

const nullable = (schema: TSchema) => Type.Union([schema, Type.Null()])
const numbers = Type.Record(Type.String(), Type.Union([Type.Number(), Type.Null()]))
const numbered = { task: Type.Integer(), sequence: Type.Integer({ description: 'Without gap or repeat in its task.' }) }
const eventTime = Type.Integer({ description: 'Milliseconds since 1970.' })

/** The records of the published topics as JSON, as schemas/millrace has them in Avro. */
export const publishedRecordSchemas: Readonly<
  Record<PublishedKind, { readonly schema: TSchema; readonly example: object }>
> = {
  predictions: {
    schema: Type.Object({
      id: Type.String({ description: 'The event’s key.' }),
      eventTime,
      modelVersion: Type.String(),
      prediction: nullable(
        Type.Number({
          description:
            'Binary: the probability of true. Regression: the value. Multiclass: the probability of the class.',
        }),
      ),
      class: nullable(Type.String()),
      probabilities: nullable(numbers),
      lower: nullable(Type.Number()),
      upper: nullable(Type.Number()),
      ...numbered,
    }),
    example: {
      id: '120043',
      eventTime: 978350400000,
      modelVersion: 'v0.0',
      prediction: 0.1873,
      class: null,
      probabilities: null,
      lower: null,
      upper: null,
      task: 0,
      sequence: 238,
    },
  },
  signals: {
    schema: Type.Object({
      kind: Type.String({ description: 'warning, drift, improved, data_quality, stalled, resumed or other.' }),
      path: Type.String({ description: 'The node of the stream it is about.' }),
      eventTime,
      detector: Type.String(),
      modelVersion: nullable(Type.String()),
      statistic: nullable(Type.Number()),
      threshold: nullable(Type.Number()),
      evidence: numbers,
      message: Type.String(),
      ...numbered,
    }),
    example: {
      kind: 'drift',
      path: 'drift.loss',
      eventTime: 980942400000,
      detector: 'adwin',
      modelVersion: 'v0.0',
      statistic: 0.031,
      threshold: 0.022,
      evidence: { before: 0.14, after: 0.171, since: 12000 },
      message: '',
      task: 0,
      sequence: 3,
    },
  },
  models: {
    schema: Type.Object({
      kind: Type.String({
        description: 'requested, trained, failed, challenger, promoted, rolled_back, retired, carried, anew or other.',
      }),
      modelVersion: Type.String(),
      parent: nullable(Type.String()),
      eventTime,
      algorithm: Type.String(),
      reason: Type.String(),
      requestedBy: nullable(Type.String({ description: 'The id of the command that asked for it.' })),
      numbers,
      blob: nullable(Type.String()),
      digest: nullable(Type.String()),
      ...numbered,
    }),
    example: {
      kind: 'promoted',
      modelVersion: 'v0.214000',
      parent: 'v0.0',
      eventTime: 981547200000,
      algorithm: 'pipeline(one-hot, standard-scaler, logistic-regression)',
      reason: 'the challenger loses less',
      requestedBy: null,
      numbers: { labels: 21400, mean: 0.0121, lower: 0.0034 },
      blob: null,
      digest: null,
      task: 0,
      sequence: 5,
    },
  },
}
