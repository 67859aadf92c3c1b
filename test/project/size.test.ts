import { describe, expect, test } from 'vitest'
import { parseSource } from './parse-source.ts'
import { readSources } from './read-sources.ts'
import { sizeViolations } from './size-rules.ts'

test('no source file has more than 300 lines, no function more than 80', () => {
  expect(readSources('src', 'streams').flatMap(sizeViolations)).toEqual([])
})

describe('the rule of sizes', () => {
  const lines = (count: number) => 'x()\n'.repeat(count)
  const judged = (text: string) => sizeViolations(parseSource('src/stats/x.ts', text))

  test('reports a file of 301 lines, not one of 300', () => {
    expect(judged(lines(301))).toEqual(['src/stats/x.ts: 301 lines, more than 300'])
    expect(judged(lines(300))).toEqual([])
  })

  test.each([
    ['f', (body: string) => `function f() {\n${body}}`],
    ['f', (body: string) => `const f = () => {\n${body}}`],
    ['f', (body: string) => `class C { f() {\n${body}} }`],
    ['f', (body: string) => `const o = { f: function () {\n${body}} }`],
    ['a function', (body: string) => `call(() => {\n${body}})`],
  ])('reports %s of 81 lines, not one of 80', (name, wrap) => {
    expect(judged(wrap(lines(79)))).toEqual([`src/stats/x.ts:1: ${name} has 81 lines, more than 80`])
    expect(judged(wrap(lines(78)))).toEqual([])
  })

  test('counts the lines of a function within as its own only', () => {
    const within = (count: number) => `function outer() {\n${lines(70)}return {\nf() {\n${lines(count)}}\n}\n}`
    expect(judged(within(78))).toEqual([])
    expect(judged(within(79))).toEqual(['src/stats/x.ts:73: f has 81 lines, more than 80'])
  })
})
