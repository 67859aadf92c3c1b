export { adwin } from './drift/adwin.ts'
export type { HistoryRecord } from './backtest/record-writer.ts'
export type { Detector } from './drift/detector.ts'
export { type ErrorCode, MillraceError } from './errors.ts'
export { dayOfMonth, dayOfWeek, hourOfDay, isWeekend, minuteOfDay, monthOfYear } from './features/calendar.ts'
export { cyclicCosine, cyclicSine } from './features/cyclic.ts'
export { lastLabel } from './learners/baselines/last-label.ts'
export { priorClass } from './learners/baselines/prior-class.ts'
export { priorMean } from './learners/baselines/prior-mean.ts'
export { gaussianNaiveBayes } from './learners/bayes/gaussian-naive-bayes.ts'
export type { Learner, Problem } from './learners/learner.ts'
export { linearRegression } from './learners/linear/linear-regression.ts'
export { logisticRegression } from './learners/linear/logistic-regression.ts'
export { pipeline } from './learners/pipeline.ts'
export type { Duration } from './stats/duration.ts'
export { defineStream, type Input, type Stream } from './stream/define-stream.ts'
export type {
  Events,
  Feature,
  GateOptions,
  Json,
  Keyed,
  Label,
  Model,
  RetrainOptions,
  Rows,
  Windowed,
} from './stream/events.ts'
export { ratio } from './stream/ratio.ts'
export type { Schemas, Timestamp } from './stream/schema.ts'
export { hashing } from './transforms/hashing.ts'
export { oneHot } from './transforms/one-hot.ts'
export { standardScaler } from './transforms/standard-scaler.ts'
export type { Transformer } from './transforms/transformer.ts'
