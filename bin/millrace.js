#!/usr/bin/env node
// The command line's launcher, in plain JavaScript that any Node >= 18 parses. Under Node 24 it runs the command in this
// process; under an older Node it starts itself again with the pinned Node 24 of node_modules, or says what to do.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as modules from 'node:module'
import { constants } from 'node:os'
import { dirname, join, sep } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

const NEEDED = 24
const UNAVAILABLE = 69 // the exit code of sysexits.h for a service that isn't there
const PARENT = 'MILLRACE_LAUNCHER_PID'
// A larger nursery was not measured to gain speed and costs 100 MB; so do more arenas of the C library, one for each
// thread, and its habit of keeping every buffer of up to 32 MB that was ever freed.
const LEAN = '--max-semi-space-size=16' // MB
const LEAN_ENVIRONMENT = {
  MALLOC_ARENA_MAX: '2',
  MALLOC_MMAP_THRESHOLD_: String(4 << 20),
  MALLOC_TRIM_THRESHOLD_: String(16 << 20),
}
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH', 'SIGCONT']

const launcher = fileURLToPath(import.meta.url)
const root = dirname(dirname(launcher))

if (Number.parseInt(process.versions.node, 10) >= NEEDED) {
  dieWithLauncher()
  silenceExpectedWarnings()
  if (!isLean() && !process.connected) becomeLean() // a channel to whoever started this would be lost
  modules.enableCompileCache?.() // in the system's folder of temporary files: a start takes half as long
  await import(pathToFileURL(entry()).href)
} else {
  const node = pinnedNode()
  if (node === undefined) fail('the pinned copy in node_modules is missing')
  else if (PARENT in process.env) fail('the pinned copy in node_modules is just as old')
  else runWith(node)
}

// Sources in a clone, JavaScript in an installed package: Node strips no types under node_modules.
function entry() {
  const source = join(root, 'src', 'cli', 'main.ts')
  return !root.split(sep).includes('node_modules') && existsSync(source) ? source : join(root, 'dist', 'cli', 'main.js')
}

function isLean() {
  return [...process.execArgv, process.env.NODE_OPTIONS].some((flag) => flag?.includes('max-semi-space-size'))
}

// These can only be had from the start on. `execve` puts a new program in the place of this one: the same process, 40 ms
// later; where there is none (Windows), things go on as they are.
function becomeLean() {
  const environment = { ...LEAN_ENVIRONMENT, ...process.env }
  try {
    process.execve(process.execPath, [process.argv0, ...process.execArgv, LEAN, ...process.argv.slice(1)], environment)
  } catch (error) {
    if (error.code !== 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM') throw error
  }
}

// Looked up from this file on, so that it is also found where the package manager hoisted it.
function pinnedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  try {
    const folder = dirname(modules.createRequire(launcher).resolve(`node-${platform}-${process.arch}/package.json`))
    return [join(folder, 'bin', 'node.exe'), join(folder, 'bin', 'node')].find((path) => existsSync(path))
  } catch {
    return undefined
  }
}

// The child gets a process group of its own: a Ctrl-C goes to everyone in the terminal's group, so that a child in ours
// would get it twice, from the terminal and from us. The channel is its lifeline, see `dieWithLauncher`.
function runWith(node) {
  const onWindows = process.platform === 'win32'
  const flags = isLean() ? process.execArgv : [...process.execArgv, LEAN]
  const child = spawn(node, [...flags, launcher, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: !onWindows,
    env: { ...LEAN_ENVIRONMENT, ...process.env, [PARENT]: String(process.pid) },
  })
  const passOn = (signal) => {
    // A Windows console gives Ctrl-C to the child by itself, and `kill` would end it there and then.
    if (!onWindows) child.kill(signal)
  }
  for (const signal of PASSED_ON) process.on(signal, passOn)
  process.on('SIGTSTP', () => {
    child.kill('SIGSTOP')
    process.kill(process.pid, 'SIGSTOP')
  })
  child.on('error', (error) => fail(`${node} does not start (${error.code ?? error.message})`))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    for (const name of PASSED_ON) process.removeListener(name, passOn)
    process.kill(process.pid, signal)
    process.exit(128 + constants.signals[signal]) // where the signal ends nothing here
  })
}

// A launcher that was killed outright could pass nothing on; its child, alone and still holding the data directory, would
// keep the next start out. So it dies in the same way.
function dieWithLauncher() {
  const launched = process.env[PARENT] === String(process.ppid) && process.connected
  delete process.env[PARENT]
  if (!launched) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  process.channel.unref()
}

// Some releases of Node 24 warn of these at every start; all other warnings pass.
function silenceExpectedWarnings() {
  const emitWarning = process.emitWarning
  process.emitWarning = function (warning, ...rest) {
    const kind = typeof rest[0] === 'object' ? rest[0]?.type : rest[0]
    const expected =
      kind === 'ExperimentalWarning' &&
      /^(SQLite|Type Stripping|process\.execve) is an experimental feature/.test(warning)
    if (!expected) emitWarning.call(process, warning, ...rest)
  }
}

function fail(why) {
  const remedy = `Install Node ${NEEDED} or newer from https://nodejs.org, or run 'npm install --include=optional' where Millrace is installed`
  console.error(`millrace: this is Node ${process.versions.node}, Millrace needs ${NEEDED}, and ${why}. ${remedy}.`)
  process.exit(UNAVAILABLE)
}
