import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { MillraceProcess, runMillrace } from './millrace-process.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-cli-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** An empty project of a user's, with Millrace installed. */
function project(name: string): string {
  const folder = join(root, name)
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  for (const installed of ['csv-parse'])
    symlinkSync(resolve('node_modules', installed), join(folder, 'node_modules', installed))
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'millrace'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return folder
}

describe('the command line', () => {
  it('says its version, and the nearest command to one that there is not', async () => {
    expect(await runMillrace(['--version'])).toEqual({ exitCode: 0, output: '0.1.0\n', errors: '' })
    expect(await runMillrace(['bactest'])).toMatchObject({
      exitCode: 64,
      errors: expect.stringContaining('Did you mean backtest?'),
    })
    expect(await runMillrace(['run'])).toMatchObject({
      exitCode: 64,
      errors: expect.stringContaining("missing required argument 'stream'"),
    })
  })

  it('ends with a clear error and its exit code', async () => {
    const data = join(root, 'absent')
    expect(await runMillrace(['topics', '--data', data])).toMatchObject({
      exitCode: 66,
      output: '',
      errors: expect.stringContaining('there is nothing in it yet'),
    })
    expect(await runMillrace(['backtest', 'flight-dely'])).toMatchObject({
      exitCode: 66,
      errors: expect.stringContaining('flight-delay'),
    })
    expect(await runMillrace(['config'], { MILLRACE_DURABILITY: 'all' })).toMatchObject({
      exitCode: 78,
      errors: expect.stringContaining('Give one of power, process'),
    })
    expect(await runMillrace(['reset', 'flight-delay', '--data', data])).toMatchObject({
      exitCode: 64,
      errors: expect.stringContaining('Add --yes'),
    })
    expect(await runMillrace(['reset', 'flight-delay', '--yes', '--data', data])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('There was nothing of stream'),
    })
    expect(await runMillrace(['run', 'flight-delay', '--rebuild', 'soon', '--data', data])).toMatchObject({
      exitCode: 66,
      errors: expect.stringContaining("'soon' is no time to rebuild from"),
    })
    expect(existsSync(data)).toBe(false)
    writeFileSync(join(root, 'file'), '')
    expect(await runMillrace(['run', 'flight-delay', '--data', join(root, 'file', 'below')])).toMatchObject({
      exitCode: 73,
    })
  })

  it('checks that a stream follows from its records alone, and finds state of its own in an arrow', async () => {
    expect(await runMillrace(['check', 'flight-delay', '--limit', '2000'])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('with 3 restarts'),
    })
    const folder = project('check')
    const rows = Array.from({ length: 300 }, (_, i) => `${i % 7},${i % 2 === 1 ? 'yes' : 'no'}`)
    writeFileSync(join(folder, 'clicks.csv'), `x,bought\n${rows.join('\n')}\n`)
    expect(await runMillrace(['new', 'clicks', '--from', 'clicks.csv', '--label', 'bought'], {}, folder)).toMatchObject(
      { exitCode: 0 },
    )
    expect(await runMillrace(['check', 'clicks', '--from', 'clicks.csv'], {}, folder)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('the same 300 predictions over 300 records'),
    })
    writeFileSync(join(folder, 'other.csv'), 'foo,bar\n1,2\n')
    for (const command of ['check', 'backtest'])
      expect(await runMillrace([command, 'clicks', '--from', 'other.csv'], {}, folder)).toMatchObject({
        exitCode: 65,
        output: '',
        errors: expect.stringMatching(
          /^millrace: other\.csv: it has no column for x, .*its columns are foo, bar\. Name/,
        ),
      })
    const file = join(folder, 'streams', 'clicks.ts')
    writeFileSync(
      file,
      `let seen = 0\n${readFileSync(file, 'utf8').replace("x: 'x'", 'x: (row) => Number(row.x) + (seen++ % 5)')}`,
    )
    expect(await runMillrace(['check', 'clicks'], {}, folder)).toMatchObject({
      exitCode: 65,
      errors: expect.stringContaining('it differs in '),
    }) // MILLRACE_CLI_CHECK
  })

  it('names the line of a stream file that does not load', async () => {
    const folder = project('faults')
    for (const made of ['streams', 'schemas']) mkdirSync(join(folder, made))
    writeFileSync(join(folder, 'streams', 'syntax.ts'), 'const a = 1\nconst b: = 3\nexport default {}')
    writeFileSync(join(folder, 'streams', 'module.ts'), "import { a } from './absent.ts'\nexport default a")
    const said = (message: RegExp) => ({ exitCode: 65, errors: expect.stringMatching(message) })
    expect(await runMillrace(['backtest', 'syntax'], {}, folder)).toMatchObject(
      said(/streams\/syntax\.ts:2: the file does not load/),
    )
    expect(await runMillrace(['backtest', 'module'], {}, folder)).toMatchObject(
      said(/streams\/module\.ts: the file does not load \(.*absent\.ts/),
    )
    expect(await runMillrace(['doctor'], {}, folder)).toMatchObject({
      exitCode: 78,
      output: expect.stringContaining('wrong  stream module'),
    })
  })

  it('names who uses the port or the data directory, and gives a running stream its commands', async () => {
    const data = join(root, 'used')
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((listening) => server.once('listening', listening))
    const { port } = server.address() as { port: number }
    const taken = await runMillrace(['run', 'flight-delay', '--data', data, '--port', String(port)])
    expect(taken).toMatchObject({ exitCode: 69, errors: expect.stringContaining('another program is listening there') })
    await new Promise((closed) => server.close(closed))

    const running = new MillraceProcess(['run', 'flight-delay', '--data', data, '--port', String(port)])
    await running.said(/running {2}/)
    const second = await runMillrace(['run', 'flight-delay', '--data', data])
    expect(second).toMatchObject({ exitCode: 75, errors: expect.stringMatching(/process \d+ is using it/) })
    expect(await runMillrace(['topics', '--data', data])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('flight-delay.journal'),
    })
    const refused = await runMillrace(['promote', 'flight-delay', 'v9', '--data', data, '--port', '1'], {
      MILLRACE_PORT: String(port),
    })
    expect(refused).toMatchObject({ exitCode: 64 })
    const away = await runMillrace(['pause', 'flight-delay', '--data', data], { MILLRACE_PORT: '1' })
    expect(away).toMatchObject({ exitCode: 69, errors: expect.stringContaining('no API answers at') }) // MILLRACE_CLI_API
    const paused = await runMillrace(['pause', 'flight-delay', '--data', data], { MILLRACE_PORT: String(port) })
    expect(paused).toMatchObject({ exitCode: 0, output: expect.stringContaining('has taken the command') })
    running.signal('SIGTERM')
    expect(await running.ended()).toBe(0)
  })

  it('makes a stream of a CSV file, with a test that passes, and scores it beside the baselines', async () => {
    const folder = project('new')
    writeFileSync(join(folder, 'phishing.csv'), gunzipSync(readFileSync('test/data/phishing.csv.gz')))
    const made = await runMillrace(['new', 'phishing', '--from', 'phishing.csv', '--label', 'is_phishing'], {}, folder)
    expect(made).toMatchObject({ exitCode: 0, errors: '' })
    expect(made.output).toMatch(
      /1,250 rows\. To be predicted: whether is_phishing is 1 \(binary\)[\s\S]*--problem multiclass or --problem regression[\s\S]*rows are spaced evenly[\s\S]*served +0\.8\d+[\s\S]*below the best of the others/,
    )
    expect(made.output).toMatch(/Written:\n {2}schemas\/phishing\.avsc\n {2}schemas\/schemas\.d\.ts\n {2}streams/)
    expect(
      await runMillrace(['new', 'phishing', '--from', 'phishing.csv', '--label', 'is_phishing'], {}, folder),
    ).toMatchObject({ exitCode: 73 }) // MILLRACE_CLI_EXISTS
    expect(await runMillrace(['types', '--check'], {}, folder)).toMatchObject({ exitCode: 0 })
    expect(await runMillrace(['doctor'], {}, folder)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('stream phishing  binary'),
    })
    const backtest = await runMillrace(['backtest', 'phishing', '--json'], {}, folder)
    expect(JSON.parse(backtest.output)).toMatchObject({
      events: 1250,
      metrics: { accuracy: expect.any(Number), auc: { pooled: expect.any(Number) } },
      baselines: { prior: { logLoss: expect.any(Number) } },
    })
  })

  it('takes a file into a topic, runs the stream on it, and shows what became of it', async () => {
    const folder = project('flow')
    const rows = Array.from({ length: 500 }, (_, i) => `${i % 7},${i % 2},${i % 2 === 1 ? 'yes' : 'no'}`)
    writeFileSync(join(folder, 'clicks.csv'), `x,y,bought\n${rows.join('\n')}\n`)
    expect(await runMillrace(['new', 'clicks', '--from', 'clicks.csv', '--label', 'bought'], {}, folder)).toMatchObject(
      { exitCode: 0 },
    )
    const events = rows.map((row, i) => {
      const [x, y, bought] = row.split(',')
      return JSON.stringify({ id: `c${i}`, time: 1_700_000_000_000 + i * 1000, x: Number(x), y: Number(y), bought })
    })
    writeFileSync(join(folder, 'events.jsonl'), `${events.join('\n')}\n`)
    expect(await runMillrace(['produce', 'clicks.rows', '--from', 'events.jsonl', '--json'], {}, folder)).toMatchObject(
      { exitCode: 0, output: expect.stringContaining('"written": 500') },
    )
    writeFileSync(join(folder, 'bad.jsonl'), '{"id":"bad","time":1700000600000,"x":"much"}\n')
    expect(await runMillrace(['produce', 'clicks.rows', '--from', 'bad.jsonl'], {}, folder)).toMatchObject({
      exitCode: 65,
      errors: expect.stringContaining('bad.jsonl, row 1: x: '),
    })
    expect(await runMillrace(['inspect', 'clicks'], {}, folder)).toMatchObject({ exitCode: 66 }) // MILLRACE_CLI_NOTHING
    expect(await runMillrace(['run', 'clicks', '--until-caught-up'], {}, folder)).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/^The API is at http[\s\S]*500 events and 500 predictions/),
      errors: '', // the log is for who asks for it
    })
    const tail = await runMillrace(['tail', 'clicks.predictions', '--from-start', '--json'], {}, folder)
    expect(
      tail.output
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { value: { id: string } }).value.id),
    ).toEqual(rows.map((_, i) => `c${i}`))
    const inspected = JSON.parse((await runMillrace(['inspect', 'clicks', '--json'], {}, folder)).output)
    expect(inspected).toMatchObject({ partitions: [{ partition: 'clicks.rows/0', committed: 500, end: 500, lag: 0 }] })
    await runMillrace(['pause', 'clicks'], {}, folder)
    expect(await runMillrace(['run', 'clicks', '--until-caught-up'], {}, folder)).toMatchObject({ exitCode: 0 })
    await runMillrace(['produce', 'clicks.rows', '--from', 'events.jsonl'], {}, folder)
    expect(await runMillrace(['run', 'clicks', '--until-caught-up'], {}, folder)).toMatchObject({
      exitCode: 69, // MILLRACE_CLI_PAUSED
      errors: expect.stringContaining('resume clicks'),
    })
    expect(await runMillrace(['plan', 'clicks'], {}, folder)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('is that of its last transaction'),
    })
    expect(await runMillrace(['dead-letters', 'clicks'], {}, folder)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('has no dead letters'),
    })
    expect(await runMillrace(['reset', 'clicks', '--inputs', '--yes'], {}, folder)).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('Deleted 7 topics'),
    })
  })
})
