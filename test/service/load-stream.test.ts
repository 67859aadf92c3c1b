import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { codeDigest } from '../../src/service/code-digest.ts'
import { loadStream, streamNames } from '../../src/service/load-stream.ts'

const folder = mkdtempSync(join(tmpdir(), 'millrace-streams-'))
const config = { streams: join(folder, 'streams'), schemas: resolve('schemas') }
mkdirSync(join(folder, 'node_modules'))
mkdirSync(config.streams)
symlinkSync(resolve('.'), join(folder, 'node_modules', 'millrace'))
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
afterAll(() => rmSync(folder, { recursive: true }))

function write(name: string, text: string): void {
  writeFileSync(join(config.streams, name), text)
}

describe('a stream file', () => {
  it('is loaded with its graph, its history and the digest of its code', async () => {
    const loaded = await loadStream({ streams: resolve('streams'), schemas: 'schemas' }, 'flight-delay')
    expect(loaded).toMatchObject({ name: 'flight-delay', graph: { name: 'flight-delay' } })
    expect(loaded.historyFile).toMatch(/flight-delay\.history\.ts$/)
    expect(loaded.code).toMatch(/^[0-9a-f]{64}$/)
  })

  it('that is not there is named with the nearest one', async () => {
    write('clicks.ts', '')
    write('clicks.history.ts', '')
    expect(streamNames(config.streams)).toEqual(['clicks'])
    await expect(loadStream(config, 'click')).rejects.toMatchObject({
      code: 'MILLRACE_SERVICE_NO_STREAM',
      message: expect.stringContaining("Did you mean 'clicks'?"),
    })
    await expect(loadStream({ ...config, streams: join(folder, 'none') }, 'x')).rejects.toThrow(
      /Make one with millrace new/,
    )
  })

  it.each([
    [
      'package',
      "import 'no-such-package'\nexport default {}",
      /the package 'no-such-package' is not installed\. Add it with npm install no-such-package/,
    ],
    ['throws', "throw new Error('at once')", /throws\.ts:1:7: the file does not load \(at once\)/],
    ['nothing', 'export const a = 1', /nothing\.ts: its default export is no stream/],
    [
      'misnamed',
      "export default { name: 'other', inputs: {}, build() {} }",
      /the stream in it is named 'other'\. Name it 'misnamed'/,
    ],
    [
      'broken',
      "export default { name: 'broken', inputs: {}, build() {\n  return undefined.x\n} }",
      /broken\.ts:2:20: `build` threw/,
    ],
  ])('with a fault (%s) is named with the place', async (name, text, message) => {
    write(`${name}.ts`, text)
    await expect(loadStream(config, name)).rejects.toMatchObject({
      code: 'MILLRACE_SERVICE_STREAM_FILE',
      message: expect.stringMatching(message),
    })
  })
})

describe('the digest of the code', () => {
  it('changes with any file that is imported, the packages and the facts, and with nothing else', () => {
    const entry = join(config.streams, 'a.ts')
    write(
      'a.ts',
      "import { b } from './b.ts'\nimport Database from 'pack'\nexport { c } from './c.ts'\nexport default b",
    )
    write('b.ts', 'export const b = 1')
    write('c.ts', "export const c = async () => import('./d.ts')")
    write('d.ts', 'export const d = 1')
    write('unrelated.ts', '1')
    mkdirSync(join(folder, 'node_modules', 'pack'), { recursive: true })
    const version = (text: string): void =>
      writeFileSync(join(folder, 'node_modules', 'pack', 'package.json'), JSON.stringify({ version: text }))
    version('1.0.0')
    const digests = [codeDigest(entry, { node: '24' })]
    const expectNew = (): void => {
      const digest = codeDigest(entry, { node: '24' })
      expect(digests).not.toContain(digest)
      digests.push(digest)
    }
    write('b.ts', 'export const b = 2')
    expectNew()
    write('d.ts', 'export const d = 2')
    expectNew()
    version('1.0.1')
    expectNew()
    expect(digests).not.toContain(codeDigest(entry, { node: '25' }))
    write('unrelated.ts', '2')
    expect(codeDigest(entry, { node: '24' })).toBe(digests.at(-1))
  })
})
