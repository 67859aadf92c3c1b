import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { projectFolder } from './read-sources.ts'

const description = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'))
const doors = Object.keys(description.exports).map((door) => door.replace(/^\./, 'millrace'))
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
let project: string
let files: string[]

const run = (program: string, args: readonly string[], cwd: string) =>
  execFileSync(program, args, { cwd, encoding: 'utf8' })

// The package as users get it: staged, packed, and installed into an empty project.
beforeAll(() => {
  const scratch = mkdtempSync(join(tmpdir(), 'millrace-pack-'))
  const staged = join(scratch, 'staged')
  run(process.execPath, [join(projectFolder, '.ci/stage-package.ts'), staged], projectFolder)
  const [packed] = JSON.parse(run(npm, ['pack', '--json', '--pack-destination', scratch], staged))
  files = packed.files.map((file: { path: string }) => file.path)
  project = join(scratch, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
  const flags = ['--omit=optional', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  run(npm, ['install', ...flags, join(scratch, packed.filename)], project)
  return () => rmSync(scratch, { recursive: true, force: true })
})

test('holds JavaScript, types and what they read, no sources and no tests', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      'package.json',
      'LICENSE',
      'bin/millrace.js',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/errors.js',
    ]),
  )
  expect(
    files.filter(
      (path) => /^(src|test|bench|streams)\//.test(path) || (path.endsWith('.ts') && !path.endsWith('.d.ts')),
    ),
  ).toEqual([])
})

test.each(doors)('%s has the same names as in the sources', async (door) => {
  const code = `console.log(JSON.stringify(Object.keys(await import('${door}')).sort()))`
  const installed = JSON.parse(run(process.execPath, ['--input-type=module', '-e', code], project))
  expect(installed).toEqual(Object.keys(await import(door)).sort())
  expect(installed.length).toBeGreaterThan(0)
})

test('its types hold in a project of its own', () => {
  const imports = doors.map((door, index) => `import * as door${index} from '${door}'\nconsole.log(door${index})`)
  const use = `import { adwin } from 'millrace'\nconst detector = adwin().build()\nexport const signal: 0 | 1 | 2 | 3 = detector.update(1)`
  const misuse = `// @ts-expect-error a detector takes numbers\ndetector.update('1')`
  writeFileSync(join(project, 'use.ts'), [...imports, use, misuse].join('\n'))
  const options = {
    module: 'nodenext',
    target: 'es2024',
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(projectFolder, 'node_modules/@types')],
  }
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['use.ts'] }))
  expect(run(process.execPath, [join(projectFolder, 'node_modules/typescript/bin/tsc'), '-p', project], project)).toBe(
    '',
  )
})

test('its command says its version', () => {
  expect(
    run(process.execPath, [join(project, 'node_modules/millrace/bin/millrace.js'), '--version'], project).trim(),
  ).toBe(description.version)
})
