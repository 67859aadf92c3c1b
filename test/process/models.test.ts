import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openModel } from 'millrace'
import { afterAll, expect, it } from 'vitest'
import { runMillrace } from './millrace-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-models-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('the models of a stream are listed, exported, opened, and carried over when it gains a feature', async () => {
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'millrace'))
  symlinkSync(resolve('node_modules/csv-parse'), join(folder, 'node_modules', 'csv-parse'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const millrace = (...args: string[]) => runMillrace(args, {}, folder)
  const rows = Array.from({ length: 400 }, (_, i) => `${i % 7},${i % 3},${i % 7 > 3 ? 'yes' : 'no'}`)
  writeFileSync(join(folder, 'clicks.csv'), `x,y,bought\n${rows.join('\n')}\n`)
  expect(await millrace('new', 'clicks', '--from', 'clicks.csv', '--label', 'bought')).toMatchObject({ exitCode: 0 })
  const produce = async (from: number, to: number): Promise<void> => {
    const events = rows.slice(from, to).map((row, i) => {
      const [x, y, bought] = row.split(',')
      const time = 1_700_000_000_000 + (from + i) * 1000
      return JSON.stringify({ id: `c${from + i}`, time, x: Number(x), y: Number(y), bought })
    })
    writeFileSync(join(folder, 'events.jsonl'), `${events.join('\n')}\n`)
    expect(await millrace('produce', 'clicks.rows', '--from', 'events.jsonl')).toMatchObject({ exitCode: 0 })
  }
  const file = join(folder, 'streams', 'clicks.ts')
  const whole = readFileSync(file, 'utf8')
  writeFileSync(file, whole.replace(/^ *y: 'y',\n/m, ''))
  expect(await millrace('models', 'clicks')).toMatchObject({ exitCode: 66 }) // it has never run
  await produce(0, 300)
  expect(await millrace('run', 'clicks', '--until-caught-up')).toMatchObject({ exitCode: 0 })

  const listed = await millrace('models', 'clicks')
  expect(listed).toMatchObject({ exitCode: 0, output: expect.stringMatching(/v0\.0 +champion +- +the beginning/) })
  const { versions } = JSON.parse((await millrace('models', 'clicks', '--json')).output)
  expect(versions[0]).toMatchObject({ version: 'v0.0', role: 'champion', parent: null, files: [] })
  expect(await millrace('models', 'steps', 'clicks')).toMatchObject({
    output: expect.stringContaining('the first one'),
  })

  expect(await millrace('models', 'export', 'clicks', 'v0.9')).toMatchObject({
    exitCode: 66,
    errors: expect.stringContaining('there are v0.0'),
  })
  const exported = await millrace('models', 'export', 'clicks', 'v0.0', '--out', 'clicks.model')
  expect(exported).toMatchObject({ exitCode: 0, output: expect.stringMatching(/as of transaction \d+, \d+ bytes/) })
  expect(await millrace('models', 'export', 'clicks', 'v0.0', '--out', 'clicks.model')).toMatchObject({ exitCode: 73 })
  const model = openModel(readFileSync(join(folder, 'clicks.model')))
  expect(model.header).toMatchObject({ stream: 'clicks', version: 'v0.0', written: 'exported', labels: { first: 0 } })
  expect(model.predict({ x: 6 }).prediction).toBeGreaterThan(0.7)
  expect(model.predict({ x: 0 }).prediction).toBeLessThan(0.3)
  const shown = await millrace('models', 'show', 'clicks.model')
  expect(shown).toMatchObject({ exitCode: 0, output: expect.stringMatching(/v0\.0 of clicks[\s\S]*x, number/) })
  expect(JSON.parse((await millrace('models', 'show', 'clicks.model', '--json')).output)).toMatchObject(model.header)
  expect(await millrace('models', 'show', 'clicks.csv')).toMatchObject({ exitCode: 65 }) // MILLRACE_MODEL_FILE
  expect(await millrace('models', 'show', 'absent.model')).toMatchObject({ exitCode: 66 })

  writeFileSync(file, whole)
  const plan = await millrace('plan', 'clicks')
  expect(plan).toMatchObject({ exitCode: 0, output: expect.stringMatching(/carries over +the models: \+y/) })
  await produce(300, 400)
  expect(await millrace('run', 'clicks', '--until-caught-up')).toMatchObject({ exitCode: 0 })
  const after = JSON.parse((await millrace('models', 'clicks', '--json')).output).versions
  expect(after).toMatchObject([
    { version: 'v0.0', role: 'now v0.0.300' },
    { version: 'v0.0.300', role: 'champion', carriedFrom: 'v0.0', reason: 'the columns changed: +y' },
  ])

  writeFileSync(file, whole.replace(/(value: .*=> )(.*)(?= ?\})/, '$1!($2)'))
  expect(await millrace('plan', 'clicks')).toMatchObject({
    output: expect.stringContaining('The label means something else: '),
  })

  writeFileSync(file, whole.replace("y: 'y',", "y: 'y', seen: rows.by('x').window('1h').count(),"))
  expect(await millrace('plan', 'clicks', '--rebuild')).toMatchObject({
    output: expect.stringMatching(/rebuilds +feature seen\n[\s\S]*carries over +the models: \+seen\n/),
  })
  expect(await millrace('run', 'clicks', '--rebuild', '1d', '--fork')).toMatchObject({ exitCode: 64 })
  expect(await millrace('run', 'clicks', '--rebuild', 'once', '--until-caught-up')).toMatchObject({
    exitCode: 66,
    errors: expect.stringContaining("'once' is no time to rebuild from"),
  })
  expect(await millrace('run', 'clicks', '--rebuild', '1d', '--until-caught-up')).toMatchObject({ exitCode: 0 })
  expect(await millrace('plan', 'clicks', '--rebuild')).toMatchObject({
    output: expect.stringMatching(/is that of its last transaction\.\nkeeps[^\n]*\n$/),
  })
  expect(JSON.parse((await millrace('inspect', 'clicks', '--json')).output).change).toMatchObject({
    carried: { models: '+seen' },
    rebuilt: ['keys.rows(x)', 'features.seen'],
    fork: false,
  })
  expect(await millrace('inspect', 'clicks')).toMatchObject({
    output: expect.stringMatching(/The stream changed last at transaction \d+:\n {2}carried over {2}models \(\+seen\)/),
  })
  expect(await millrace('run', 'clicks', '--rebuild', '2d', '--until-caught-up')).toMatchObject({
    exitCode: 0,
    errors: expect.stringContaining("Nothing to rebuild: 'clicks' has not changed since its last transaction."),
  })
  writeFileSync(file, whole.replace("y: 'y',", "y: 'y', seen: rows.by('x').window('2h').count(),"))
  expect(await millrace('run', 'clicks', '--until-caught-up')).toMatchObject({ exitCode: 0 })
  expect(await millrace('run', 'clicks', '--rebuild', '1d')).toMatchObject({
    exitCode: 66, // MILLRACE_TASK_REBUILD
    errors: expect.stringMatching(/where features\.seen began empty.*Start without --rebuild/),
  })
})
