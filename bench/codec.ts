/**
 * What it costs to decode and encode a record: between bytes of the log and columns, beside avsc, which makes an object of
 * each. `npm run bench:codec -- --date <day>`
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import avsc from 'avsc'
import { AvroDecoder } from '../src/codec/avro-decoder.ts'
import { AvroEncoder } from '../src/codec/avro-encoder.ts'
import { encodeJson } from '../src/codec/encode-json.ts'
import { eventSchema } from '../src/codec/event-schema.ts'
import { JsonDecoder } from '../src/codec/json-decoder.ts'
import { publishedSchemas } from '../src/codec/published-schemas.ts'
import { OutgoingBatchBuilder } from '../src/log/outgoing-batch-builder.ts'
import type { RecordBatch } from '../src/log/record-batch.ts'
import { InputColumns, type NumberColumn } from '../src/stream/input-columns.ts'
import { benchArguments } from './bench-arguments.ts'
import { expectEqual } from './expect-equal.ts'
import { type BenchCase, type FigurePlan, runBench } from './run-bench.ts'

const COUNT = 10_000 // records of a batch
const PASSES = 50 // over it, a round

const avro = JSON.parse(readFileSync(join(import.meta.dirname, '../schemas/departure.avsc'), 'utf8'))
const schema = eventSchema(avro, 'departure.avsc')
const type = avsc.Type.forSchema(avro)
const { prediction } = await publishedSchemas()
const predictionType = avsc.Type.forSchema(prediction as never)

const encoder = new AvroEncoder(avro, 7, 'departure.avsc')
const predictionEncoder = new AvroEncoder(prediction, 8, 'prediction.avsc')
const events = departures()
const decoder = new AvroDecoder(schema)
decoder.define(7, avro)
const projected = new AvroDecoder(schema, schema.fields.slice(0, 2))
projected.define(7, avro)
const filled = new InputColumns(decoder.fields)
decoder.decode(batchOf(events), 0, COUNT, filled)
const json = new OutgoingBatchBuilder('json', 0)
encodeColumns(json, (row) => encodeJson(json, filled, row))

const { settings, date } = benchArguments({ rounds: 9 })
const cases: Record<string, BenchCase<unknown>> = {
  'Avro into columns, 5 fields': decoding(decoder, events),
  'Avro into columns, 2 of 5 fields': decoding(projected, events),
  'Avro into objects, by avsc': {
    run: () => repeat(() => sumOfObjects(events)),
    check: (sum) => expectEqual('the sum of distances', sum, distanceSum()),
  },
  'columns into Avro, 5 fields': encoding('avro', (batch) => (row) => encoder.row(batch, filled, row), events),
  'columns into JSON, 5 fields': encoding('json', (batch) => (row) => encodeJson(batch, filled, row), json),
  'JSON into columns, 5 fields': decoding(new JsonDecoder(schema), json),
  'a prediction into Avro, with its key': predicting(),
}

await runBench<Record<string, unknown>>({
  name: 'codec',
  about: `decoding and encoding a record, in batches of ${COUNT}`,
  date,
  settings,
  warmUps: 2,
  checked: ['the sums of the decoded columns', 'the encoded bytes: equal to those that were decoded; avsc reads them'],
  cases,
  figures: Object.keys(cases).map(
    (what): FigurePlan<Record<string, unknown>> => ({
      what,
      unit: 'µs of CPU',
      of: (round) => (round[what].cpuSeconds * 1e6) / (COUNT * PASSES),
    }),
  ),
})

function departures(): OutgoingBatchBuilder {
  const airports = ['ORD', 'LAX', 'ATL', 'DFW', 'JFK']
  const builder = new OutgoingBatchBuilder('flights.departures', 0)
  for (let i = 0; i < COUNT; i++) {
    builder.add(i)
    encoder.record(builder, {
      flightId: String(1_234_567 + i),
      departedAt: 978_307_200_000 + i * 60_000,
      distance: 100 + (i % 900),
      origin: airports[i % 5],
      destination: airports[(i + 1) % 5],
    })
  }
  return builder
}

function decoding(by: AvroDecoder | JsonDecoder, from: OutgoingBatchBuilder): BenchCase<unknown> {
  const columns = new InputColumns(by.fields)
  const batch = batchOf(from)
  return {
    run: () =>
      repeat(() => {
        columns.clear()
        by.decode(batch, 0, COUNT, columns)
        return columns.count
      }),
    check: (count) => {
      expectEqual('the number of rows', [count, columns.causes.size], [COUNT, 0])
      if (by.fields.length > 2) expectEqual('the sum of distances', sumOf(columns), distanceSum())
    },
  }
}

function encoding(
  what: string,
  writer: (batch: OutgoingBatchBuilder) => (row: number) => void,
  expected: OutgoingBatchBuilder,
): BenchCase<unknown> {
  const batch = new OutgoingBatchBuilder(what, 0)
  const write = writer(batch)
  return {
    run: () => repeat(() => encodeColumns(batch, write)),
    check: (used) => {
      expectEqual('the number of bytes', used, expected.used)
      expectEqual(
        'whether the bytes are equal',
        batch.bytes.compare(expected.bytes, 0, expected.used, 0, batch.used),
        0,
      )
    },
  }
}

function predicting(): BenchCase<unknown> {
  const batch = new OutgoingBatchBuilder('flight-delay.predictions', 0)
  const id = Buffer.from('1234567')
  return {
    run: () => repeat(() => writePredictions(batch, id)),
    check: () => {
      const last = predictionType.fromBuffer(batch.bytes.subarray(batch.valueStarts[COUNT - 1] + 5, batch.used))
      expectEqual(
        'the last prediction',
        [last.id, last.prediction, last.sequence],
        ['1234567', (COUNT - 1) / COUNT, COUNT - 1],
      )
    },
  }
}

function writePredictions(batch: OutgoingBatchBuilder, id: Buffer): number {
  batch.clear()
  for (let i = 0; i < COUNT; i++) {
    batch.add(i)
    batch.setKey(id, 0, id.length)
    predictionEncoder.begin(batch)
    predictionEncoder.bytes(id, 0, id.length)
    predictionEncoder.number(978_307_200_000 + i * 60_000)
    predictionEncoder.text('v0.0')
    predictionEncoder.number(i / COUNT)
    predictionEncoder.null()
    predictionEncoder.null()
    predictionEncoder.null()
    predictionEncoder.null()
    predictionEncoder.number(0)
    predictionEncoder.number(i)
    predictionEncoder.end()
  }
  return batch.used
}

function encodeColumns(batch: OutgoingBatchBuilder, write: (row: number) => void): number {
  batch.clear()
  for (let row = 0; row < COUNT; row++) {
    batch.add(row)
    write(row)
  }
  return batch.used
}

function repeat(pass: () => number): number {
  let result = 0
  for (let i = 0; i < PASSES; i++) result = pass()
  return result
}

function batchOf(builder: OutgoingBatchBuilder): RecordBatch {
  return Object.assign(Object.create(builder), { offsets: builder.timestamps, next: builder.count })
}

function sumOfObjects({ bytes, valueStarts }: OutgoingBatchBuilder): number {
  let sum = 0
  for (let i = 0; i < COUNT; i++) sum += type.decode(bytes, valueStarts[i] + 5).value.distance
  return sum
}

function sumOf(columns: InputColumns): number {
  const column = columns.fields[2] as NumberColumn
  let sum = 0
  for (let row = 0; row < COUNT; row++) sum += column.values[row]
  return sum
}

function distanceSum(): number {
  let sum = 0
  for (let i = 0; i < COUNT; i++) sum += 100 + (i % 900)
  return sum
}
