import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { historyText } from '../../../src/cli/new/history-text.ts'
import { inferColumns } from '../../../src/cli/new/infer-columns.ts'
import { designStream, type NewStream } from '../../../src/cli/new/stream-design.ts'
import { streamText } from '../../../src/cli/new/stream-text.ts'
import { testText } from '../../../src/cli/new/test-text.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-generated-'))
afterAll(() => rmSync(folder, { recursive: true }))
for (const file of ['biome.json', '.oxlintrc.json']) copyFileSync(file, join(folder, file))

const long = 'a header of so many words that no line can hold what is made of it twice over'
const question = 'whether it was sent back'

async function written(asked: Pick<NewStream, 'name' | 'label'> & Partial<NewStream>, text: string) {
  const file = join(folder, `${asked.name}.csv`)
  writeFileSync(file, text)
  const design = designStream(
    { file, delimiter: ',', time: undefined, delay: undefined, ...asked },
    await inferColumns(file, asked.time),
  )
  const files = { '.ts': streamText(design), '.history.ts': historyText(design, folder) }
  for (const [ending, content] of Object.entries(files)) writeFileSync(join(folder, asked.name + ending), content)
  mkdirSync(join(folder, 'test'), { recursive: true })
  for (const runner of ['vitest', 'node:test'] as const)
    writeFileSync(join(folder, 'test', `${asked.name}.${runner.slice(0, 4)}.test.ts`), testText(design, runner, '..'))
  return files
}

describe('the files of a new stream', () => {
  it('encode the categories of a time where there are no others', async () => {
    const stream = (
      await written(
        { name: 'timed', label: 'y', time: 'at' },
        'at,x,y\n2024-01-01,1,2.5\n2024-01-02,2,3\n2024-01-03,3,4\n',
      )
    )['.ts']
    expect(stream).toContain('pipeline(oneHot(), standardScaler(), linearRegression())')
    expect(stream).toContain('month: (row) => String(monthOfYear(row.at)),')
  })

  it('read what stands for no value as none', async () => {
    const rows = Array.from(
      { length: 9 },
      (_, i) => `${['NA', i, '?'][i % 3]},${['n/a', 'true', 'False'][i % 3]},${i % 2}`,
    )
    const files = await written({ name: 'gaps', label: 'y' }, `x,flag,y\n${rows.join('\n')}\n`)
    expect(files['.history.ts']).toContain(`const missing = new Set(['', 'NA', '?', 'n/a'])`)
    expect(files['.history.ts']).toContain('return missing.has(cell) ? null : Number(cell)')
    expect(files['.history.ts']).toContain("return missing.has(cell) ? null : cell.toLowerCase() === 'true'")
  })

  it('are laid out as Biome lays them out, and oxlint finds nothing', async () => {
    const rows = Array.from(
      { length: 30 },
      (_, i) =>
        `2024-01-0${1 + (i % 9)} 10:00;${i};it's ${i % 3};${i % 2};${i % 4};${i % 2 ? 'true' : 'false'};${i % 5 ? i / 2 : 'NA'}`,
    )
    const text = `at;x;b's;${question};${long};flag;gap\n${rows.join('\n')}\n`
    const one = { delimiter: ';', time: 'at' }
    await written({ ...one, name: 'binary', label: question, delay: '14d' }, text)
    await written({ ...one, name: 'long-label', label: long }, text)
    await written({ ...one, name: 'number', label: long, problem: 'regression', time: undefined }, text)
    await written({ ...one, name: 'text', label: "b's" }, text)
    await written({ ...one, name: 'a-name-that-is-so-long-that-its-input-fits-on-no-line', label: 'flag' }, text)
    const bin = (name: string): string => resolve('node_modules/.bin', name)
    const run = (name: string, ...args: string[]): string =>
      execFileSync(bin(name), args, { cwd: folder, encoding: 'utf8' })
    expect(run('biome', 'format', '.')).toMatch(/Checked 2\d files/)
    expect(run('oxlint', '--deny-warnings', '.')).toContain('Found 0 warnings and 0 errors')
  })
})
