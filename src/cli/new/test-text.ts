import type { StreamDesign } from './stream-design.ts'

/** A test of the stream, for vitest or Node's own runner. */
export function testText(design: StreamDesign, runner: 'vitest' | 'node:test', streams: string): string {
  const { name } = design
  return `import assert from 'node:assert/strict'
import { test } from '${runner}'
import { simulate } from 'millrace/testing'
import stream from '${streams}/${name}.ts'
import history from '${streams}/${name}.history.ts'

/** The first rows of the history. */
async function firstRows(count: number): Promise<object[]> {
  const rows: object[] = []
  for await (const { record } of history()) {
    rows.push(record)
    if (rows.length === count) break
  }
  return rows
}

test('${name} predicts every row once, and a crash changes nothing', async () => {
  const rows = await firstRows(200)
  const undisturbed = await simulate(stream, { rows } as never)
  const crashed = await simulate(stream, { rows } as never, { crashAfter: 3 })
  assert.equal(undisturbed.predictions.length, rows.length)
  assert.deepEqual(undisturbed.deadLetters, [])
  assert.deepEqual(crashed.predictions, undisturbed.predictions)
})
`
}
