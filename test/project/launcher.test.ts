import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const launcher = join(import.meta.dirname, '../../bin/millrace.js')
const platform = process.platform === 'win32' ? 'win' : process.platform
const pinnedName = `node-${platform}-${process.arch}`
const pinned = join(import.meta.dirname, '../../node_modules', pinnedName)

// What stands in for the command line: it says how it was started, counts signals, and ends as it is told.
const main = (types: boolean) => `
import { DatabaseSync } from 'node:sqlite'
const command${types ? ': string' : ''} = process.argv[2]
new DatabaseSync(':memory:').close()
const say = (line${types ? ': unknown' : ''}) => process.stdout.write(JSON.stringify(line) + '\\n')
if (command === 'report') {
  say({ arguments: process.argv.slice(2), major: Number.parseInt(process.version.slice(1)), options: process.env.NODE_OPTIONS ?? null,
    flags: process.execArgv, arenas: process.env.MALLOC_ARENA_MAX, mine: Object.keys(process.env).filter((name) => name.startsWith('MILLRACE')), types: ${types} })
}
if (command === 'exit') process.exit(Number(process.argv[3]))
if (command === 'throw') throw new Error('thrown on purpose')
if (command === 'die') process.kill(process.pid, process.argv[3])
if (command === 'warn') {
  process.emitWarning('SQLite is an experimental feature and might change at any time', 'ExperimentalWarning')
  process.emitWarning('Something else is an experimental feature', 'ExperimentalWarning')
  process.emitWarning('SQLite is an experimental feature only by its words')
}
if (command === 'echo') process.stdin.pipe(process.stdout)
if (command === 'wait') {
  const stay = setInterval(() => {}, 1000)
  process.on('SIGINT', () => say('SIGINT'))
  process.on('SIGTERM', () => { say('SIGTERM'); clearInterval(stay); process.exitCode = 3 })
  say('ready')
}
`

let folder: string // a clone
let installed: string // the package as a dependency of somebody's project
let bare: string // a clone without the pinned Node

function makePackage(at: string, entry: 'src/cli/main.ts' | 'dist/cli/main.js'): string {
  mkdirSync(join(at, 'bin'), { recursive: true })
  mkdirSync(join(at, entry, '..'), { recursive: true })
  writeFileSync(join(at, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(at, entry), main(entry.endsWith('.ts')))
  copyFileSync(launcher, join(at, 'bin/millrace.js'))
  return join(at, 'bin/millrace.js')
}

function linkPinned(root: string): void {
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  if (existsSync(pinned)) symlinkSync(pinned, join(root, 'node_modules', pinnedName), 'junction')
}

beforeAll(() => {
  const scratch = mkdtempSync(join(tmpdir(), 'millrace-launcher-'))
  folder = join(scratch, 'a clone')
  makePackage(folder, 'src/cli/main.ts')
  linkPinned(folder)
  installed = join(scratch, 'project')
  makePackage(join(installed, 'node_modules/millrace'), 'dist/cli/main.js')
  makePackage(join(installed, 'node_modules/millrace'), 'src/cli/main.ts') // must not be taken: Node strips no types there
  linkPinned(installed)
  bare = join(scratch, 'bare')
  makePackage(bare, 'src/cli/main.ts')
  return () => rmSync(scratch, { recursive: true, force: true })
})

const running = new Set<ChildProcess>()
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

class Run {
  readonly child: ChildProcess
  out = ''
  err = ''

  constructor(
    command: readonly string[],
    root: string,
    args: readonly string[],
    environment: Record<string, string> = {},
  ) {
    const [program, ...flags] = command
    const env = { ...process.env, NODE_OPTIONS: undefined, ...environment }
    this.child = spawn(program, [...flags, join(root, 'bin/millrace.js'), ...args], { env, detached: true })
    running.add(this.child)
    this.child.stdout?.on('data', (text) => (this.out += text))
    this.child.stderr?.on('data', (text) => (this.err += text))
  }

  async line(wanted: string): Promise<void> {
    while (!this.out.includes(`${JSON.stringify(wanted)}\n`))
      await once(this.child.stdout as NodeJS.ReadableStream, 'data')
  }

  // 'close' comes when everyone who holds the pipes has ended, the process under the launcher included.
  async end(): Promise<Ended> {
    const [code, signal] = await once(this.child, 'close')
    running.delete(this.child)
    return { code, signal, out: this.out, err: this.err }
  }
}

const pretended = (version: string) => {
  const versions = `{ value: { ...process.versions, node: '${version}' } }`
  const code = `if (!process.env.MILLRACE_LAUNCHER_PID) Object.defineProperty(process, 'versions', ${versions})`
  return [process.execPath, '--import', `data:text/javascript,${encodeURIComponent(code)}`]
}

const major = (program: string) =>
  Number.parseInt(execFileSync(program, ['-p', 'process.versions.node'], { encoding: 'utf8' }), 10)

function oldNodeOnThisMachine(): string | undefined {
  const places = (process.env.PATH ?? '').split(delimiter).map((place) => join(place, 'node'))
  return places.find((program) => existsSync(program) && major(program) >= 18 && major(program) < 24)
}

const ways: [string, string[]][] = [['under Node 24', [process.execPath]]]
if (existsSync(pinned)) ways.push(['under a Node that says it is 20', pretended('20.19.0')])
const old = oldNodeOnThisMachine()
if (old !== undefined && existsSync(pinned)) ways.push([`under Node ${major(old)}`, [old]])

describe.each(ways)('the launcher %s', (_name, command) => {
  test('runs the sources of a clone with its arguments and NODE_OPTIONS as they are', async () => {
    const args = ['report', '--from', 'a file.csv', '', '*', '--json']
    const { code, out, err } = await new Run(command, folder, args, { NODE_OPTIONS: '--stack-trace-limit=7' }).end()
    const report = JSON.parse(out)
    expect(report).toMatchObject({
      arguments: args,
      major: 24,
      options: '--stack-trace-limit=7',
      mine: [],
      types: true,
    })
    expect({ code, err }).toEqual({ code: 0, err: '' })
  })

  test('runs dist of an installed package', async () => {
    const { code, out } = await new Run(command, join(installed, 'node_modules/millrace'), ['report']).end()
    expect(JSON.parse(out)).toMatchObject({ arguments: ['report'], major: 24, types: false })
    expect(code).toBe(0)
  })

  test('hands its own flags on', async () => {
    const { out } = await new Run([...command, '--max-old-space-size=300'], folder, ['report']).end()
    expect(JSON.parse(out).flags).toContain('--max-old-space-size=300')
  })

  test.skipIf(process.platform === 'win32')(
    'starts it with settings that save memory, and keeps those given',
    async () => {
      const lean = JSON.parse((await new Run(command, folder, ['report']).end()).out)
      expect(lean).toMatchObject({ arenas: '2' })
      expect(lean.flags).toContain('--max-semi-space-size=16')
      const flags = [...command, '--max-semi-space-size=32']
      const given = JSON.parse((await new Run(flags, folder, ['report'], { MALLOC_ARENA_MAX: '4' }).end()).out)
      expect(given.arenas).toBe('4')
      expect(given.flags.filter((flag: string) => flag.includes('semi-space'))).toEqual(['--max-semi-space-size=32'])
    },
  )

  test('ends with the exit code of the command', async () => {
    expect(await new Run(command, folder, ['exit', '0']).end()).toMatchObject({ code: 0, signal: null })
    expect(await new Run(command, folder, ['exit', '65']).end()).toMatchObject({ code: 65, signal: null })
    const thrown = await new Run(command, folder, ['throw']).end()
    expect(thrown.code).toBe(1)
    expect(thrown.err).toContain('thrown on purpose')
  })

  test.each(['SIGKILL', 'SIGTERM', 'SIGINT'])('ends by %s where the command does', async (signal) => {
    expect(await new Run(command, folder, ['die', signal]).end()).toMatchObject({ code: null, signal })
  })

  test('gives the command its standard input and output', async () => {
    const run = new Run(command, folder, ['echo'])
    run.child.stdin?.end('through and through')
    expect(await run.end()).toMatchObject({ code: 0, out: 'through and through' })
  })

  test('silences two warnings of early Node 24 and no other', async () => {
    const { err } = await new Run(command, folder, ['warn']).end()
    expect(err).toContain('ExperimentalWarning: Something else')
    expect(err).toContain('Warning: SQLite is an experimental feature only by its words')
    expect(err).not.toContain('might change')
  })

  // A second SIGINT would have a lower number than SIGTERM, and so be delivered before it.
  test.each(['the launcher alone', 'its whole process group, as a terminal does'])(
    'passes signals to %s on exactly once',
    async (to) => {
      const run = new Run(command, folder, ['wait'])
      const pid = (run.child.pid as number) * (to === 'the launcher alone' ? 1 : -1)
      await run.line('ready')
      process.kill(pid, 'SIGINT')
      await run.line('SIGINT')
      process.kill(pid, 'SIGTERM')
      expect(await run.end()).toMatchObject({ code: 3, signal: null, out: '"ready"\n"SIGINT"\n"SIGTERM"\n' })
    },
  )

  test('leaves no process behind when it is killed outright', async () => {
    const run = new Run(command, folder, ['wait'])
    await run.line('ready')
    run.child.kill('SIGKILL')
    expect(await run.end()).toMatchObject({ code: null, signal: 'SIGKILL', out: '"ready"\n' })
  })
})

describe('the launcher without a Node 24', () => {
  test('says in one line what to do', async () => {
    const { code, out, err } = await new Run(pretended('20.19.0'), bare, ['report']).end()
    expect(err).toMatch(
      /^millrace: this is Node 20\.19\.0, Millrace needs 24, and the pinned copy in node_modules is missing\. Install .*\.\n$/,
    )
    expect({ code, out }).toEqual({ code: 69, out: '' })
  })

  test('says so where the pinned copy does not start', async () => {
    const broken = join(bare, 'node_modules', pinnedName)
    mkdirSync(join(broken, 'bin'), { recursive: true })
    writeFileSync(join(broken, 'package.json'), '{}')
    writeFileSync(join(broken, 'bin/node'), 'not a program')
    const { code, err } = await new Run(pretended('18.0.0'), bare, ['report']).end()
    rmSync(broken, { recursive: true })
    expect(err).toMatch(/^millrace: this is Node 18\.0\.0, .*does not start \(EACCES\)\. Install .*\.\n$/)
    expect(code).toBe(69)
  })

  test('does not start itself over and over', async () => {
    const forever = [process.execPath, '--import', pretended('20.0.0')[2].replace(/if.*?\)%20/, '')]
    const { code, err } = await new Run(forever, folder, ['report'], { MILLRACE_LAUNCHER_PID: '1' }).end()
    expect(err).toMatch(/just as old/)
    expect(code).toBe(69)
  })
})
