import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { MillraceProcess, runMillrace } from './millrace-process.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-first-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

mkdirSync(join(folder, 'node_modules'))
symlinkSync(resolve('node_modules/csv-parse'), join(folder, 'node_modules/csv-parse'))
symlinkSync(resolve('.'), join(folder, 'node_modules/millrace'))
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 2 === 1 ? 'yes' : 'no'}`)
writeFileSync(join(folder, 'clicks.csv'), `x,bought\n${rows.join('\n')}\n`)

const millrace = (...args: string[]) => runMillrace(args, {}, folder)
const produced = ['produce', 'clicks.rows', '--from']

describe('what somebody does first with a stream of a file', () => {
  it('makes it, is told that few rows say little, and what comes next', async () => {
    const made = await millrace('new', 'clicks', '--from', 'clicks.csv', '--label', 'bought')
    expect(made).toMatchObject({ exitCode: 0, errors: '' })
    expect(made.output).toContain('Too few rows to tell how the models compare: 60 labelled')
    expect(made.output).toMatch(
      /Next:[\s\S]*test\/streams\/clicks\.test\.ts +runs its test[\s\S]*produce clicks\.rows --from clicks\.csv[\s\S]*run clicks /,
    )
  })

  it('can not pause what never ran', async () => {
    expect(await millrace('pause', 'clicks')).toMatchObject({
      exitCode: 66, // MILLRACE_CLI_NOTHING
      errors: expect.stringContaining('it has never run on this data directory'),
    })
  })

  it('runs it on nothing, and is told how to fill its topic', async () => {
    const running = new MillraceProcess(['run', 'clicks'], {}, folder)
    await running.said(/running {2}/)
    const busy = await millrace(...produced, 'clicks.csv')
    expect(busy).toMatchObject({
      exitCode: 75, // MILLRACE_LOG_IN_USE
      errors: expect.stringContaining('/streams/clicks/inputs/rows/records'),
    })
    const { output } = await millrace('doctor')
    expect(output).toMatch(/note +data directory .* as a running stream does\n/)
    running.signal('SIGTERM')
    expect(await running.ended()).toBe(0)
    expect(running.errors).toContain("Topic clicks.rows of 'clicks' is new and empty.")
  })

  it('writes no row of the far future by mistake', async () => {
    const far = { id: 'far', time: Date.UTC(2099, 0, 1), x: 1, bought: 'no' }
    writeFileSync(join(folder, 'far.jsonl'), `${JSON.stringify(far)}\n`)
    expect(await millrace(...produced, 'far.jsonl')).toMatchObject({
      exitCode: 65,
      errors: expect.stringMatching(/row 1: time: 2099-01-01.* more than a day ahead[\s\S]*--allow-future; nothing/),
    })
    expect(await millrace(...produced, 'far.jsonl', '--skip-bad')).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/^0 records[\s\S]*1 row was passed over; the first, row 1: time: 2099/),
    })
    expect(await millrace(...produced, 'clicks.csv')).toMatchObject({ exitCode: 0 })
    expect(await millrace('run', 'clicks', '--until-caught-up')).toMatchObject({ exitCode: 0, errors: '' })
  })

  it('pauses it, and is told who did when it runs', async () => {
    await millrace('pause', 'clicks', '--reason', 'lunch')
    const running = new MillraceProcess(['run', 'clicks'], {}, folder)
    await running.said(/paused by cli at \d{4}-\d\d-\d\d \d\d:\d\d \(lunch\); to go on: .*resume clicks/)
    running.signal('SIGTERM')
    expect(await running.ended()).toBe(0)
    await millrace('resume', 'clicks')
  })

  it('adds a field without a default, and is told before and after that records are of no use', async () => {
    const [schema, stream] = ['schemas/clicks.avsc', 'streams/clicks.ts'].map((path) => join(folder, path))
    const without = readFileSync(schema, 'utf8')
    writeFileSync(join(folder, 'more.jsonl'), '{"id":"m","time":1600000000000,"x":1,"bought":"no"}\n')
    expect(await millrace(...produced, 'more.jsonl')).toMatchObject({ exitCode: 0 })
    writeFileSync(schema, without.replace(/\n {2}\]/, ',\n    {"name":"extra","type":"double"}\n  ]'))
    writeFileSync(stream, readFileSync(stream, 'utf8').replace("x: 'x',", "x: 'x',\n      extra: 'extra',"))
    const warned = /clicks\.avsc can't read the newest record of clicks\.rows[\s\S]*no field 'extra'/
    const { output: plan } = await millrace('plan', 'clicks')
    expect(plan).toMatch(/has changed since[\s\S]*\ncarries over {2}the models: \+extra\nkeeps +the rows that wait/)
    expect(plan).toMatch(warned)
    expect(plan).not.toMatch(/--fork|race\.|keys\./)
    expect(await millrace('doctor')).toMatchObject({ exitCode: 78, output: expect.stringMatching(warned) })
    const ran = await millrace('run', 'clicks', '--until-caught-up')
    expect(ran).toMatchObject({ exitCode: 0, errors: expect.stringMatching(warned) })
    expect(await millrace('models', 'steps', 'clicks')).toMatchObject({
      exitCode: 0,
      output: '',
      errors: expect.stringMatching(/carried over \(\+extra\): the step is told with the next record/),
    })
    expect(ran.errors).toMatch(/parts of its state are kept\.\nCarried over: the models \(\+extra\)\./)
    expect(ran.output).toMatch(/1 dead letter: [^\n]*extra[^\n]*; see `[^`]*dead-letters clicks`\.\n$/)
  })
})
