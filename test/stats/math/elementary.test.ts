import { describe, expect, it } from 'vitest'
import { cos } from '../../../src/stats/math/cos.ts'
import { exp } from '../../../src/stats/math/exp.ts'
import { expm1 } from '../../../src/stats/math/expm1.ts'
import { log } from '../../../src/stats/math/log.ts'
import { log1p } from '../../../src/stats/math/log1p.ts'
import { pow } from '../../../src/stats/math/pow.ts'
import { sigmoid } from '../../../src/stats/math/sigmoid.ts'
import { sin } from '../../../src/stats/math/sin.ts'
import { SeededRandom } from '../../../src/stats/seeded-random.ts'
import { sha256Hex } from '../../../src/stats/sha256.ts'
import { exactCos, exactExp, exactLog, exactly, exactSin, ulpsFrom } from './oracle.ts'

const ONE = exactly(1)
type Unary = (x: number) => number

const words = new DataView(new ArrayBuffer(8))
function ordinal(x: number): bigint {
  words.setFloat64(0, x)
  const bits = words.getBigInt64(0)
  return bits < 0n ? -(bits & 0x7fffffffffffffffn) : bits
}

function steps(a: number, b: number): number {
  if (Object.is(a, b)) return 0
  if (a !== a || b !== b) return Infinity
  return Math.abs(Number(ordinal(a) - ordinal(b)))
}

function anyDouble(random: SeededRandom): number {
  words.setInt32(0, random.bits())
  words.setInt32(4, random.bits())
  return words.getFloat64(0)
}

function worst(count: number, draw: () => number, error: (x: number) => number): { error: number; at: number } {
  let found = { error: 0, at: 0 }
  for (let i = 0; i < count; i += 1) {
    const x = draw()
    const e = error(x)
    if (!(e <= found.error)) found = { error: e, at: x }
  }
  return found
}

const between = (random: SeededRandom, low: number, high: number): number => low + (high - low) * random.next()

describe('against exact values', () => {
  const cases: {
    name: string
    of: Unary
    exact: (x: bigint) => bigint
    bound: number
    draw: (r: SeededRandom) => number
  }[] = [
    { name: 'exp', of: exp, exact: exactExp, bound: 0.52, draw: (r) => between(r, -60, 60) },
    { name: 'exp near 0', of: exp, exact: exactExp, bound: 0.52, draw: (r) => r.normal() * 0.1 },
    { name: 'expm1', of: expm1, exact: (x) => exactExp(x) - ONE, bound: 0.53, draw: (r) => between(r, -40, 40) },
    { name: 'expm1 near 0', of: expm1, exact: (x) => exactExp(x) - ONE, bound: 0.53, draw: (r) => r.normal() * 0.01 },
    { name: 'log', of: log, exact: exactLog, bound: 0.52, draw: (r) => exp(between(r, -80, 80)) },
    { name: 'log near 1', of: log, exact: exactLog, bound: 0.52, draw: (r) => 1 + r.normal() * 0.01 },
    { name: 'log1p', of: log1p, exact: (x) => exactLog(ONE + x), bound: 0.8, draw: (r) => between(r, -1, 3) },
    { name: 'log1p near 0', of: log1p, exact: (x) => exactLog(ONE + x), bound: 0.8, draw: (r) => r.normal() * 1e-9 },
    { name: 'sin', of: sin, exact: exactSin, bound: 0.8, draw: (r) => between(r, -50, 50) },
    { name: 'cos', of: cos, exact: exactCos, bound: 0.8, draw: (r) => between(r, -50, 50) },
    { name: 'sin near multiples of pi', of: sin, exact: exactSin, bound: 0.8, draw: (r) => Math.PI * r.nextInt(100) },
    { name: 'cos near its zeros', of: cos, exact: exactCos, bound: 0.8, draw: (r) => Math.PI * (r.nextInt(100) + 0.5) },
    {
      name: 'sigmoid',
      of: sigmoid,
      exact: (x) => (ONE * ONE) / (ONE + exactExp(-x)),
      bound: 2,
      draw: (r) => between(r, -40, 40),
    },
  ]
  it.each(cases)('$name is within $bound ulp', ({ of, exact, bound, draw }) => {
    const random = new SeededRandom(11)
    const found = worst(
      1500,
      () => draw(random),
      (x) => ulpsFrom(exact(exactly(x)), of(x)),
    )
    expect(found.error, `at ${found.at}`).toBeLessThanOrEqual(bound)
    expect(found.error).toBeGreaterThan(0.3) // the oracle does see rounding
  })

  it('pow is within 0.55 ulp', () => {
    const random = new SeededRandom(12)
    for (let i = 0; i < 1500; i += 1) {
      const x = exp(between(random, -6, 6))
      const y = between(random, -10, 10)
      const exact = exactExp((exactly(y) * exactLog(exactly(x))) >> 400n)
      expect(ulpsFrom(exact, pow(x, y)), `${x} ** ${y}`).toBeLessThanOrEqual(0.55)
    }
  })
})

describe('against the platform, which is itself within 1 ulp', () => {
  const cases: [string, Unary, Unary, (random: SeededRandom) => number][] = [
    ['exp', exp, Math.exp, (r) => between(r, -746, 710)],
    ['exp of any double', exp, Math.exp, anyDouble],
    ['expm1', expm1, Math.expm1, (r) => between(r, -60, 710)],
    ['expm1 of any double', expm1, Math.expm1, anyDouble],
    ['log of any double', log, Math.log, (r) => Math.abs(anyDouble(r))],
    ['log1p', log1p, Math.log1p, (r) => between(r, -1, 1)],
    ['log1p of any double', log1p, Math.log1p, anyDouble],
    ['sin', sin, Math.sin, (r) => between(r, -1e7, 1e7)],
    ['sin of any double', sin, Math.sin, anyDouble],
    ['cos', cos, Math.cos, (r) => between(r, -1e7, 1e7)],
    ['pow 1.7 of any double', (x) => pow(x, 1.7), (x) => x ** 1.7, anyDouble],
    ['pow of a base near 1', (x) => pow(x, 3e4), (x) => x ** 3e4, (r) => between(r, 0.98, 1.02)],
    ['integer powers of negatives', (x) => pow(x, 7), (x) => x ** 7, (r) => between(r, -50, 0)],
  ]
  it.each(cases)('%s', (_, ours, theirs, draw) => {
    const random = new SeededRandom(13)
    const found = worst(
      300_000,
      () => draw(random),
      (x) => steps(ours(x), theirs(x)),
    )
    expect(found.error, `at ${found.at}: ${ours(found.at)} and ${theirs(found.at)}`).toBeLessThanOrEqual(2)
  })

  const edges = [
    0,
    0.5,
    1,
    2,
    3,
    1e19,
    2 ** 53,
    2 ** 53 + 2,
    1e300,
    5e-324,
    1e-310,
    2.2250738585072014e-308,
    Infinity,
    745.2,
  ]
  const doubles = [
    ...edges,
    ...edges.map((x) => -x),
    NaN,
    709.782712893384,
    709.7827128933841,
    -745.1332191019411,
    -745.1332191019412,
  ]

  it('agrees at the edges', () => {
    const functions: [Unary, Unary][] = [
      [exp, Math.exp],
      [expm1, Math.expm1],
      [log, Math.log],
      [log1p, Math.log1p],
      [sin, Math.sin],
      [cos, Math.cos],
    ]
    for (const [ours, theirs] of functions) {
      for (const x of doubles)
        expect(steps(ours(x), theirs(x)), `${theirs.name}(${x}) = ${ours(x)}`).toBeLessThanOrEqual(1)
    }
    for (const x of doubles) {
      for (const y of doubles) expect(steps(pow(x, y), x ** y), `${x} ** ${y} = ${pow(x, y)}`).toBeLessThanOrEqual(1)
    }
  })

  it('keeps the sign of zero and the smallest numbers', () => {
    for (const of of [expm1, log1p, sin]) {
      expect(Object.is(of(-0), -0), of.name).toBe(true)
      expect(of(5e-324), of.name).toBe(5e-324)
      expect(of(-1e-300), of.name).toBe(-1e-300)
    }
  })
})

it('sigmoid saturates without overflow and keeps its lower tail', () => {
  expect([sigmoid(0), sigmoid(800), sigmoid(-800), sigmoid(Infinity), sigmoid(-Infinity)]).toEqual([0.5, 1, 0, 1, 0])
  expect(sigmoid(-740)).toBeGreaterThan(0)
  expect(sigmoid(NaN)).toBeNaN()
})

it('gives the same bits for ever', () => {
  const random = new SeededRandom(14)
  const results = new Float64Array(70_000)
  for (let i = 0; i < results.length; ) {
    const x = random.normal() * 20
    results[i++] = exp(x)
    results[i++] = expm1(x)
    results[i++] = log(Math.abs(x))
    results[i++] = log1p(Math.abs(x))
    results[i++] = pow(Math.abs(x), random.normal() * 5)
    results[i++] = sin(x * 100)
    results[i++] = cos(x * 100)
  }
  expect(sha256Hex(new Uint8Array(results.buffer))).toMatchInlineSnapshot(
    `"16152791652d43d8a1b7c06dc259420b73906be3a956001c157867c3682897e5"`,
  )
})
