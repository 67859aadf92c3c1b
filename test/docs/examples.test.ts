import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSchemas } from '../../src/codec/read-schemas.ts'
import type { Stream } from '../../src/index.ts'
import { buildGraph, type Graph } from '../../src/operators/index.ts'
import { projectFolder } from '../project/read-sources.ts'
import { exampleFolder, placeOf, writeExampleProject } from './example-project.ts'

const examples = await writeExampleProject()

describe('the examples of the documentation', () => {
  it('are of the types that they seem to be', async () => {
    const compiler = join(projectFolder, 'node_modules/typescript/bin/tsc')
    const { stdout } = await promisify(execFile)(process.execPath, [compiler, '-p', exampleFolder]).catch(
      (error) => error,
    )
    // What is wrong elsewhere is for the type check of the whole project to say.
    expect(stdout.split('\n').filter((line: string) => line.includes('.cache/docs/'))).toEqual([])
  })

  it('are formatted as a project made with Millrace is', async () => {
    const formatter = join(projectFolder, 'node_modules/@biomejs/biome/bin/biome')
    const files = examples.filter(({ kind, file }) => kind === 'file' && file.endsWith('.ts')).map(({ file }) => file)
    const { stdout } = await promisify(execFile)(process.execPath, [formatter, 'format', ...files], {
      cwd: projectFolder,
    })
    expect(stdout).toContain(`Checked ${files.length} files`)
  })

  for (const { block, kind, file, message } of examples) {
    if (kind === 'file' && !/: streams\/[a-z-]+\.ts$/.test(block.note)) continue
    it(`${kind === 'throws' ? 'are refused' : 'make a stream'}: ${placeOf(block)}`, async () => {
      const built = graphOf(file)
      if (kind === 'throws') await expect(built).rejects.toMatchObject({ message })
      else expect((await built).model.columns.length).toBeGreaterThan(0)
    })
  }
})

describe('the tests of the documentation', async () => {
  const folder = process.cwd()
  beforeAll(() => process.chdir(exampleFolder))
  afterAll(() => process.chdir(folder))
  for (const { file } of examples) if (file.endsWith('.test.ts')) await import(pathToFileURL(file).href)
})

async function graphOf(file: string): Promise<Graph> {
  const { default: stream } = (await import(pathToFileURL(file).href)) as { default: Stream }
  const schemas = await readSchemas(join(exampleFolder, 'schemas'))
  return buildGraph(stream, Object.fromEntries([...schemas].map(([name, schema]) => [name, schema.fields])))
}
