// What decoding and encoding a record costs: CPU time of this process, best of several rounds over one batch.
// Run: node bench/codec.ts
import { readFile } from 'node:fs/promises'
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

const count = 10_000
const rounds = 100

const avro = JSON.parse(await readFile(new URL('../schemas/departure.avsc', import.meta.url), 'utf8'))
const schema = eventSchema(avro, 'departure.avsc')
const type = avsc.Type.forSchema(avro)
const airports = ['ORD', 'LAX', 'ATL', 'DFW', 'JFK']

const events = new OutgoingBatchBuilder('flights.departures', 0)
const eventEncoder = new AvroEncoder(avro, 7, 'departure.avsc')
for (let i = 0; i < count; i++) {
  events.add(i)
  eventEncoder.record(events, {
    flightId: String(1_234_567 + i),
    departedAt: 978_307_200_000 + i * 60_000,
    distance: 100 + (i % 900),
    origin: airports[i % 5],
    destination: airports[(i + 1) % 5],
  })
}

const decoder = new AvroDecoder(schema)
decoder.define(7, avro)
const columns = new InputColumns(decoder.fields)
measure('Avro into columns, 5 fields', events, () => {
  columns.clear()
  decoder.decode(batchOf(events), 0, count, columns)
  check(columns.causes.size === 0 && sum(columns.fields[2] as NumberColumn) === expectedDistance())
})

const projected = new AvroDecoder(schema, schema.fields.slice(0, 2))
projected.define(7, avro)
const two = new InputColumns(projected.fields)
measure('Avro into columns, 2 of 5 fields', events, () => {
  two.clear()
  projected.decode(batchOf(events), 0, count, two)
  check(two.causes.size === 0 && two.count === count)
})

measure('the same by avsc, an object a record', events, () => {
  let distance = 0
  for (let i = 0; i < count; i++) distance += type.decode(events.bytes, events.valueStarts[i] + 5).value.distance
  check(distance === expectedDistance())
})

const copy = new OutgoingBatchBuilder('copy', 0)
measure('columns into Avro, 5 fields', copy, () => {
  copy.clear()
  for (let row = 0; row < count; row++) {
    copy.add(row)
    eventEncoder.row(copy, columns, row)
  }
  check(copy.bytes.subarray(0, copy.used).equals(events.bytes.subarray(0, events.used)))
})

const json = new OutgoingBatchBuilder('json', 0)
measure('columns into JSON, 5 fields', json, () => {
  json.clear()
  for (let row = 0; row < count; row++) {
    json.add(row)
    encodeJson(json, columns, row)
  }
})

const jsonDecoder = new JsonDecoder(schema)
measure('JSON into columns, 5 fields', json, () => {
  columns.clear()
  jsonDecoder.decode(batchOf(json), 0, count, columns)
  check(columns.causes.size === 0 && sum(columns.fields[2] as NumberColumn) === expectedDistance())
})

const { prediction } = await publishedSchemas()
const predictions = new OutgoingBatchBuilder('flight-delay.predictions', 0)
const predictionEncoder = new AvroEncoder(prediction, 8, 'prediction.avsc')
const id = Buffer.from('1234567')
measure('a prediction into Avro, with its key', predictions, () => {
  predictions.clear()
  for (let i = 0; i < count; i++) {
    predictions.add(i)
    predictions.setKey(id, 0, id.length)
    predictionEncoder.begin(predictions)
    predictionEncoder.bytes(id, 0, id.length)
    predictionEncoder.number(978_307_200_000 + i * 60_000)
    predictionEncoder.text('0-1234')
    predictionEncoder.number(i / count)
    predictionEncoder.null()
    predictionEncoder.null()
    predictionEncoder.null()
    predictionEncoder.null()
    predictionEncoder.number(0)
    predictionEncoder.number(123_456 + i)
    predictionEncoder.end()
  }
})
const last = predictions.bytes.subarray(predictions.valueStarts[count - 1] + 5, predictions.used)
check(avsc.Type.forSchema(prediction as never).fromBuffer(last).sequence === 123_456 + count - 1)

function measure(what: string, batch: OutgoingBatchBuilder, run: () => void): void {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    run()
    const spent = process.cpuUsage(before)
    best = Math.min(best, (spent.user + spent.system) / count)
  }
  console.log(`${what.padEnd(40)} ${best.toFixed(3)} µs a record of ${(batch.used / count).toFixed(0)} bytes`)
}

function batchOf(builder: OutgoingBatchBuilder): RecordBatch {
  return Object.assign(Object.create(builder), { offsets: builder.timestamps, next: builder.count })
}

function sum(column: NumberColumn): number {
  let total = 0
  for (let row = 0; row < count; row++) total += column.values[row]
  return total
}

function expectedDistance(): number {
  let total = 0
  for (let i = 0; i < count; i++) total += 100 + (i % 900)
  return total
}

function check(right: boolean): void {
  if (!right) throw new Error('wrong output: no speed is printed')
}
