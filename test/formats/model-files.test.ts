import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openModel } from '../../src/index.ts'
import { bitsOf, type ExpectedModel, formatFolder, specimens } from './model-files.ts'

const files = readdirSync(formatFolder).filter((name) => name.endsWith('.model'))

// These files stand for those that users have: a release that can't read one, or predicts otherwise, breaks its promise.
// They are never written again; another format gets a folder beside this one.
it.each(files)('%s, as an earlier release wrote it, opens and predicts to the last bit as it did', (name) => {
  const text = readFileSync(join(formatFolder, name.replace(/\.model$/, '.json')), 'utf8')
  const { header, rows, outputs } = JSON.parse(text) as ExpectedModel
  const model = openModel(readFileSync(join(formatFolder, name)))
  expect(model.header).toEqual(header)
  for (const [i, row] of rows.entries()) {
    const { prediction, probabilities } = model.predict(row)
    expect([prediction, ...Object.values(probabilities ?? {})].map(bitsOf)).toEqual(outputs[i])
  }
})

it('there is a file of each specimen', () => {
  expect(files.sort()).toEqual(
    Object.keys(specimens)
      .map((name) => `${name}.model`)
      .sort(),
  )
})
