export { adwin } from './drift/adwin.ts'
export type { HistoryColumns } from './backtest/history-columns.ts'
export type { HistoryRecord } from './backtest/record-writer.ts'
export { parquetGroups } from './codec/parquet-groups.ts'
export type { Detector } from './drift/detector.ts'
export { type ErrorCode, MillraceError } from './errors.ts'
export { dayOfMonth, dayOfWeek, hourOfDay, isWeekend, minuteOfDay, monthOfYear } from './features/calendar.ts'
export { cyclicCosine, cyclicSine } from './features/cyclic.ts'
export { type ModelPrediction, openModel, type OpenModel } from './lifecycle/open-model.ts'
export type { ModelColumn, ModelHeader } from './models/model-file.ts'
export * from './learners/index.ts'
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
export * from './transforms/index.ts'
