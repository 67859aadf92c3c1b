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
const shown = pages
  .filter((page) => !triedElsewhere.includes(page))
  .flatMap((page) => readBlocks(page))
  .filter(({ language }) => language === 'sh')

describe('the commands of the documentation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-docs-'))
  const environment = { ...process.env, MILLRACE_DATA: join(folder, 'data'), MILLRACE_PORT: '0' }
  const millrace = (args: readonly string[]) =>
    promisify(execFile)(process.execPath, [launcher, ...args], { cwd: folder, env: environment })

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
        const args = /^(?:npm run millrace --|npx millrace) (.*)$/.exec(command)?.[1].split(' ')
        if (args === undefined) throw new Error('a command that is tried begins with npm run millrace --')
        const { stdout } = await millrace([...args, ...more])
        expect(stdout).not.toBe('')
      })
    }
  }
})
