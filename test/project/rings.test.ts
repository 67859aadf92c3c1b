import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderOf, importViolations, urlViolations } from './import-rules.ts'
import { exportNameViolations, kebabCase, namedOtherwise, pathNameViolations } from './name-rules.ts'
import { parseSource, type SourceFile } from './parse-source.ts'
import { asyncViolations, mathViolations, outsideViolations } from './purity-rules.ts'
import { listFiles, projectFolder, readSources } from './read-sources.ts'
import { rings } from './rings.ts'

const dependencies = Object.keys(JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')).dependencies)
const sources = readSources('src')
const streams = readSources('streams')
const inner = sources.filter((file) => ['pure', 'flow'].includes(rings[folderOf(file.path)]?.ring))

describe('the sources', () => {
  test('are there', () => {
    expect(sources.length).toBeGreaterThan(15)
    expect(inner.length).toBeGreaterThan(10)
  })

  test('import inward only, and what their ring may know', () => {
    expect(importViolations(sources, dependencies)).toEqual([])
  })

  test('name files by URL so that the published package has them too', () => {
    expect(sources.flatMap(urlViolations)).toEqual([])
  })

  test('have names that say what is in them', () => {
    const folders = ['src', 'streams', 'schemas', 'test', 'bench', 'bin', 'docs']
    expect(pathNameViolations(listFiles(...folders).filter((path) => !isNamedByOthers(path)))).toEqual([])
    expect(exportNameViolations(sources)).toEqual([])
    expect(sources.map((file) => file.path)).toEqual(expect.arrayContaining([...namedOtherwise.keys()]))
  })

  test('compute the same bits on every machine in the inner rings and in streams', () => {
    expect([...inner, ...streams].flatMap(mathViolations)).toEqual([])
  })

  test('know nothing of the outside in the inner rings and in streams', () => {
    const written = streams.filter((file) => !/\.(history|test)\.ts$/.test(file.path))
    expect([...inner, ...written].flatMap(outsideViolations)).toEqual([])
  })

  test('are synchronous in the inner rings', () => {
    expect(inner.filter((file) => rings[folderOf(file.path)].async !== true).flatMap(asyncViolations)).toEqual([])
  })
})

describe('the table of rings', () => {
  test('goes inward only: a folder imports what stands before it, and the pure ring imports only pure folders', () => {
    const names = Object.keys(rings)
    for (const [name, { ring, imports }] of Object.entries(rings)) {
      for (const other of imports) {
        expect(names.indexOf(other), `${name} -> ${other}`).toBeLessThan(names.indexOf(name))
        expect(names, `${name} -> ${other}`).toContain(other)
        if (ring === 'pure') expect(rings[other].ring, `${name} -> ${other}`).toBe('pure')
      }
    }
  })

  test('and the map in docs/architecture.md name the same folders', () => {
    const map = readFileSync(join(projectFolder, 'docs/architecture.md'), 'utf8')
    for (const name of Object.keys(rings)) expect(map).toMatch(new RegExp(`^\\| \`${name}/\` \\|`, 'm'))
  })
})

/** Recorded data and results keep the names that their makers gave them. */
function isNamedByOthers(path: string): boolean {
  return /^(test\/(data|formats|golden)|bench\/results|bench\/peers)\//.test(path)
}

// Each rule must report a violation that is planted for it, and only that.

function tree(files: Record<string, string>): SourceFile[] {
  const all = { 'src/errors.ts': 'export class MillraceError extends Error {}', ...files }
  return Object.entries(all).map(([path, text]) => parseSource(path, text))
}

describe('the rule of imports', () => {
  const clean = {
    'src/stats/mean.ts': `import { MillraceError } from '../errors.ts'\nexport const mean = MillraceError`,
    'src/drift/adwin.ts': `import { mean } from '../stats/mean.ts'\nexport const adwin = mean`,
    'src/operators/run.ts': `import { map } from 'rxjs'\nimport type { Observable } from 'rxjs/internal/types'\nexport const run = map`,
    'src/log/kafka/kafka-log.ts': `import { open } from 'node:fs'\nimport pino from 'pino'\nexport const kafkaLog = open`,
    'src/index.ts': `export { mean } from './stats/mean.ts'\nexport * from './drift/adwin.ts'`,
  }

  test('accepts what is allowed', () => {
    expect(importViolations(tree(clean), ['pino'])).toEqual([])
  })

  test.each([
    [
      'a folder further out',
      'src/stats/x.ts',
      `import { adwin } from '../drift/adwin.ts'`,
      'src/stats may not import src/drift',
    ],
    [
      'one for its types',
      'src/stats/x.ts',
      `import type { adwin } from '../drift/adwin.ts'`,
      'src/stats may not import src/drift',
    ],
    [
      'one by re-export',
      'src/stats/x.ts',
      `export { adwin } from '../drift/adwin.ts'`,
      'src/stats may not import src/drift',
    ],
    ['one by export *', 'src/stats/x.ts', `export * from '../drift/adwin.ts'`, 'src/stats may not import src/drift'],
    [
      'one by import()',
      'src/stats/x.ts',
      `export const x = () => import('../drift/adwin.ts')`,
      'src/stats may not import src/drift',
    ],
    [
      'a sibling not in the table',
      'src/features/x.ts',
      `import '../drift/adwin.ts'`,
      'src/features may not import src/drift',
    ],
    [
      'the edge from the flow',
      'src/operators/x.ts',
      `import '../log/kafka/kafka-log.ts'`,
      'src/operators may not import src/log',
    ],
    ['a package in the pure ring', 'src/stats/x.ts', `import 'pino'`, 'the pure ring may not import pino'],
    [
      'rxjs in the pure ring',
      'src/stream/x.ts',
      `import type { Observable } from 'rxjs'`,
      'the pure ring may not import rxjs',
    ],
    ['node: in the pure ring', 'src/evaluate/x.ts', `import 'node:fs'`, 'the pure ring may not import node:fs'],
    ['node: in the flow ring', 'src/operators/x.ts', `import 'node:fs'`, 'the flow ring may not import node:fs'],
    [
      'a package nobody installs',
      'src/log/x.ts',
      `import '@scope/left-pad/x'`,
      'imports @scope/left-pad/x, which package.json',
    ],
    ['the door for users', 'src/cli/x.ts', `import 'millrace/testing'`, 'imports millrace/testing, the door for users'],
    ['the door by its path', 'src/cli/x.ts', `import '../index.ts'`, 'only errors.ts is for everyone'],
    ['a file that is not there', 'src/cli/x.ts', `import './y.ts'`, 'imports src/cli/y.ts, which is no source file'],
    ['an unknown folder', 'src/extras/x.ts', ``, 'src/extras is not in the table of rings'],
  ])('reports %s', (_name, path, text, expected) => {
    expect(importViolations(tree({ ...clean, [path]: text }), ['pino'])).toContainEqual(
      expect.stringContaining(`${path}: `),
    )
    expect(importViolations(tree({ ...clean, [path]: text }), ['pino'])).toContainEqual(
      expect.stringContaining(expected),
    )
  })

  test('reports a circle of files, but not one of types', () => {
    const a = `import { b } from './b.ts'\nexport const a = () => b`
    const back = `import { a } from './a.ts'\nexport const b = () => a`
    const circle = ['files import in a circle: src/stats/a.ts -> src/stats/b.ts -> src/stats/a.ts']
    expect(importViolations(tree({ 'src/stats/a.ts': a, 'src/stats/b.ts': back }), [])).toEqual(circle)
    const types = back.replace('import {', 'import type {').replace('=> a', '=> 1')
    expect(importViolations(tree({ 'src/stats/a.ts': a, 'src/stats/b.ts': types }), [])).toEqual([])
  })

  test('reports a circle of folders', () => {
    const outward = { 'src/stats/x.ts': `import type { adwin } from '../drift/adwin.ts'` }
    const found = importViolations(tree({ ...clean, ...outward }), ['pino'])
    expect(found).toContain('folders import in a circle: stats -> drift -> stats')
  })
})

test('the rule of URLs reports a .ts file, not one whose extension is computed', () => {
  const judge = (text: string) => urlViolations(parseSource('src/task/x.ts', text))
  expect(judge(`new Worker(new URL('./worker.ts', import.meta.url))`)).toHaveLength(1)
  expect(judge('new URL(`./worker${extname(import.meta.filename)}`, import.meta.url)')).toEqual([])
  expect(judge(`new URL('../../schemas/millrace/signal.avsc', import.meta.url)`)).toEqual([])
})

describe('the rule of names', () => {
  test.each(['utils', 'helpers', 'common', 'types', 'services', 'misc'])(
    'reports a folder and a file named %s',
    (name) => {
      expect(pathNameViolations([`src/${name}/x.ts`])).toEqual([
        `src/${name}: the name '${name}' says nothing of what is in it`,
      ])
      expect(pathNameViolations([`src/stats/${name}.ts`])).toHaveLength(1)
    },
  )

  test('reports other cases than kebab-case', () => {
    expect(pathNameViolations(['src/stats/hyperLogLog.ts', 'test/stats/ew_mean.test.ts'])).toHaveLength(2)
    expect(pathNameViolations(['src/stats/hyper-log-log.ts', 'streams/flight-delay.history.ts'])).toEqual([])
  })

  test.each([
    ['src/stats/ew-mean.ts', 'export const ewMean = 1', 0],
    ['src/stats/ew-mean.ts', 'export function ewMean() {}\nexport interface Options {}\nexport type Other = 1', 0],
    ['src/stats/ew-mean.ts', 'class EwMean {}\nexport { EwMean }', 0],
    ['src/drift/detector.ts', 'export const Signal = 1\nexport interface Detector {}', 0],
    ['src/stats/math/log1p.ts', 'export function log1p() {}', 0],
    ['src/store/worker.ts', 'postMessage(1)', 0],
    ['src/stats/index.ts', `export { ewMean } from './ew-mean.ts'`, 0],
    ['src/store/store.ts', 'export interface BlobStore {}', 0],
    ['src/stats/snapshot.ts', 'export function saveSnapshot() {}\nexport function openSnapshot() {}', 0],
    ['src/stats/snapshot.ts', 'export function saveSnapshot() {}\nexport function open() {}', 1],
    ['src/stats/mean.ts', 'export const ewMean = 1', 1],
    ['src/stats/mean.ts', 'export default 1', 2],
    ['src/stats/mean.ts', 'export const mean = 1, a = 1, b = 1, c = 1', 1],
    ['src/stats/mean.ts', 'export const { a, b: [mean] } = x', 0],
  ])('judges %s with %j', (path, text, count) => {
    expect(exportNameViolations([parseSource(path, text)])).toHaveLength(count)
  })

  test('turns names into kebab-case', () => {
    const names = ['ewMean', 'HyperLogLog', 'KLLSketch', 'LOG_TABLE', 'log1p', 'sha256Digest', 'GaussianNB']
    expect(names.map(kebabCase)).toEqual([
      'ew-mean',
      'hyper-log-log',
      'kll-sketch',
      'log-table',
      'log1p',
      'sha256-digest',
      'gaussian-nb',
    ])
  })
})

const judged = (rule: (file: SourceFile) => string[], text: string) => rule(parseSource('src/stats/x.ts', text))

describe('the rule of arithmetic', () => {
  const inexact = 'exp expm1 log log1p log2 log10 pow sin cos tan asin acos atan atan2 sinh cosh tanh cbrt hypot random'
  test.each(inexact.split(' '))('reports Math.%s', (name) => {
    expect(judged(mathViolations, `// first\nexport const x = Math.${name}(1)`)).toEqual([
      expect.stringMatching(/^src\/stats\/x\.ts:2: uses Math/),
    ])
  })

  test.each([
    'x ** 0.5',
    '2 ** 0.5',
    'x ** y',
    'x ** -y',
    'x **= y',
    'Math["exp"](1)',
    'const { exp } = Math',
    'const m = Math',
  ])('reports %s', (code) => {
    expect(judged(mathViolations, code)).toHaveLength(1)
  })

  test.each([
    'x ** 2',
    '2 ** -53',
    '2 ** bits',
    'x **= 3',
    'Math.sqrt(x) + Math.PI',
    'Math.imul(a, b)',
    'own.exp(1)',
    'exp(1)',
    'type M = typeof Math',
  ])('accepts %s', (code) => expect(judged(mathViolations, code)).toEqual([]))
})

describe('the rule of the outside', () => {
  test.each([
    'Date.now()',
    'new Date()',
    'Date()',
    'const d = Date',
    'new Date(x).getHours()',
    'a.localeCompare(b)',
    'x.toLocaleString()',
    'new Intl.NumberFormat()',
    'setTimeout(f, 1)',
    'setInterval(f, 1)',
    'queueMicrotask(f)',
    'process.env.X',
    'const { env } = process',
    'console.log(1)',
    'performance.now()',
    'globalThis.x',
    'fetch(x)',
    'crypto.randomUUID()',
    'new WeakRef(x)',
    'const o = { process }',
  ])('reports %s', (code) => {
    expect(judged(outsideViolations, code)).not.toEqual([])
  })

  test.each([
    'new Date(x).getUTCHours()',
    'Date.UTC(2020, 1)',
    'x.process.y',
    'const o = { process: 1 }',
    'interface X { console: Date }',
    'let d: Date',
  ])('accepts %s', (code) => expect(judged(outsideViolations, code)).toEqual([]))
})

describe('the rule of synchrony', () => {
  test.each([
    'async function f() {}',
    'const f = async () => 1',
    'class C { async f() {} }',
    'await x',
    'Promise.all(x)',
    'new Promise(f)',
  ])('reports %s', (code) => expect(judged(asyncViolations, code)).not.toEqual([]))

  test('accepts plain code and types', () => {
    expect(judged(asyncViolations, 'function* f(): Generator<Promise<number>> { yield x.async }')).toEqual([])
  })
})
