import { expect, it } from 'vitest'
import { encodeModelFile, decodeModelFile, type ModelHeader, readModelHeader } from '../../src/models/model-file.ts'
import { modelFileName, parseModelFileName } from '../../src/models/model-file-name.ts'
import { encodeBinary } from '../../src/stats/binary-format.ts'

const header: ModelHeader = {
  stream: 'flight-delay',
  task: 0,
  version: 'v0.7',
  parent: 'v0.0',
  carriedFrom: null,
  algorithm: 'logistic-regression',
  parameters: { l2: 0 },
  columns: [{ name: 'origin', kind: 'category', size: 1024, categories: ['ATL', 'ORD'] }],
  target: { problem: 'binary', classes: 2 },
  classes: ['false', 'true'],
  labels: { first: 10, end: 500 },
  job: 'r0.7',
  written: 'trained',
  reason: 'the schedule asks for it',
  time: 981_547_200_000,
  numbers: { rows: 490 },
  code: 'abc',
}
const learner = Uint8Array.of(1, 2, 3, 250)
const bytes = encodeModelFile(header, learner)

it('a model file gives back what went into it, and equal contents are equal bytes', () => {
  expect(decodeModelFile(bytes)).toEqual({ header, learner })
  expect(readModelHeader(bytes)).toEqual(header)
  expect(encodeModelFile({ ...header }, learner.slice())).toEqual(bytes)
})

it.each([
  ['nothing', new Uint8Array(0), 'MLRC'],
  ['a file cut short', bytes.subarray(0, bytes.length - 1), 'bytes'],
  ['a changed byte', bytes.map((byte, i) => (i === bytes.length - 40 ? byte ^ 1 : byte)), 'digest'],
  ['something else of ours', encodeBinary('journal-record', {}), "'journal-record'"],
  ['a newer header', encodeBinary('model', { ...header, format: 2 }, { learner }), 'format 2'],
])('refuses %s', (_, wrong, said) => {
  const refusal = expect.objectContaining({ code: 'MILLRACE_MODEL_FILE', message: expect.stringContaining(said) })
  expect(() => decodeModelFile(wrong)).toThrow(refusal)
})

it('the header alone is refused where it is no model', () => {
  const refusal = expect.objectContaining({
    code: 'MILLRACE_MODEL_FILE',
    message: expect.stringContaining('not a model'),
  })
  expect(() => readModelHeader(encodeBinary('journal-record', {}))).toThrow(refusal)
})

it('the name of a file says whose it is, and other blobs have no such names', () => {
  const digest = 'a'.repeat(64)
  for (const version of ['v0.0', 'v3.7', 'v0.0-c1', 'v0.0.4000', 'v0.12-c2.9']) {
    const name = modelFileName('flight-delay', 2, { incarnation: 31, version, digest })
    expect(parseModelFileName('flight-delay', 2, name)).toEqual({ incarnation: 31, version, digest })
    expect(parseModelFileName('flight', 2, name)).toBeUndefined()
    expect(parseModelFileName('flight-delay', 3, name)).toBeUndefined()
  }
  expect(parseModelFileName('s', 0, `s-0-1-5-${digest}.pages`)).toBeUndefined()
  expect(parseModelFileName('s', 0, `s-0-1-v0.1-${digest}`)).toBeUndefined()
})
