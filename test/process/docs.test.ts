import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pages, readBlocks } from '../docs/read-blocks.ts'
import { projectFolder } from '../project/read-sources.ts'

const launcher = join(projectFolder, 'bin/millrace.js')
/** Pages whose commands a test of their own tries. */
const triedElsewhere = ['docs/http-api.md'] // test/api/http-api-page.test.ts
const blocks = pages.filter((page) => !triedElsewhere.includes(page)).flatMap((page) => readBlocks(page))
const shown = blocks.filter(({ language }) => language === 'sh')

describe('the commands of the documentation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-docs-'))
  const environment = { ...process.env, MILLRACE_DATA: join(folder, 'data'), MILLRACE_PORT: '0' }
  const millrace = (args: readonly string[]) =>
    promisify(execFile)(process.execPath, [launcher, ...args], { cwd: folder, env: environment })
  const npx = (args: readonly string[]) => promisify(execFile)('npx', [...args], { cwd: folder, env: environment })

  // What commands look at: a project as a clone is one, with a little history played.
  beforeAll(async () => {
    for (const name of ['streams', 'schemas', 'test/data']) {
      cpSync(join(projectFolder, name), join(folder, name), { recursive: true })
    }
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
    mkdirSync(join(folder, 'node_modules'))
    for (const name of ['vega-datasets', 'hyparquet', 'hyparquet-compressors', 'csv-parse', 'vitest']) {
      symlinkSync(join(projectFolder, 'node_modules', name), join(folder, 'node_modules', name))
    }
    symlinkSync(projectFolder, join(folder, 'node_modules/millrace'))
    // The Node that npm links beside what is installed.
    mkdirSync(join(folder, 'node_modules/.bin'))
    symlinkSync(process.execPath, join(folder, 'node_modules/.bin/node'))
    for (const { note, text } of blocks) {
      const script = /^file: ([a-z-]+\.ts)$/.exec(note)?.[1]
      if (script !== undefined) writeFileSync(join(folder, script), text)
    }
    await millrace(['demo', '--speed', 'max', '--limit', '4000', '--once'])
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('say each whether they are tried', () => {
    expect(shown.filter(({ note }) => !/^(tried|not tried: .+)/.test(note))).toEqual([])
  })

  for (const { page, line, note, text } of shown.filter((block) => block.note.startsWith('tried'))) {
    const more = /^tried: (--.+)$/.exec(note)?.[1].split(' ') ?? []
    for (const command of text.trim().split('\n')) {
      it(`work: ${page}:${line}: ${command}`, async () => {
        const [, program, words] = /^(npm run millrace --|npx millrace|npx node) (.*)$/.exec(command) ?? []
        if (words === undefined) throw new Error('a command that is tried begins with npm run millrace -- or npx')
        const args = words.split(' ')
        const { stdout } = program === 'npx node' ? await npx(['node', ...args]) : await millrace([...args, ...more])
        expect(stdout).not.toBe('')
      })
    }
  }
})
