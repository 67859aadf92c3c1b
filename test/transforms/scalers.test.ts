import { describe, expect, it } from 'vitest'
import { SeededRandom } from '../../src/stats/seeded-random.ts'
import {
  adaptiveStandardScaler,
  imputer,
  maxAbsScaler,
  minMaxScaler,
  normalizer,
  robustScaler,
  rowSchema,
  type Transformer,
} from '../../src/transforms/index.ts'

const schema = rowSchema([
  { name: 'x', kind: 'number', size: 1 },
  { name: 'hour', kind: 'indicator', size: 24 },
  { name: 'y', kind: 'number', size: 1 },
])

/** The numbers x and y of rows, each transformed after all `learned` were learned. */
function after(transformer: Transformer<any, any>, learned: [number, number][], rows: [number, number][], weight = 1) {
  const running = transformer.build(schema)
  for (const [x, y] of learned) running.learn(Float64Array.of(x, 5, y), 0, NaN, weight)
  return rows.map(([x, y]) => {
    const out = new Float64Array(3)
    running.transform(Float64Array.of(x, 5, y), 0, out, 0)
    expect(out[1]).toBe(5)
    return [out[0], out[2]]
  })
}

const learned: [number, number][] = [
  [1, -4],
  [5, NaN],
  [3, 2],
]

describe('scalers', () => {
  it('min-max gives 0 to 1 for what was learned, and goes on beyond', () => {
    const given: [number, number][] = [
      [1, 2],
      [5, -4],
      [7, NaN],
      [-1, -1],
    ]
    expect(after(minMaxScaler(), learned, given)).toEqual([
      [0, 1],
      [1, 0],
      [1.5, NaN],
      [-0.5, 0.5],
    ])
  })

  it('max-abs leaves zeros and signs', () => {
    const given: [number, number][] = [
      [5, -2],
      [0, 0],
    ]
    expect(after(maxAbsScaler(), learned, given)).toEqual([
      [1, -0.5],
      [0, 0],
    ])
  })

  it('robust takes the median and the quartiles of the latest numbers; odd ones hardly count', () => {
    const random = new SeededRandom(4)
    const values = Array.from({ length: 3000 }, (_, n): [number, number] => [n, n % 10 === 0 ? 1e50 : random.normal()])
    const [[x, y]] = after(robustScaler({ window: 1000 }), values, [[2999, 1]])
    expect(x).toBeCloseTo((2999 - 2499.5) / 499.5, 12)
    expect(y).toBeGreaterThan(0.4)
    expect(y).toBeLessThan(0.8)
    const twice = after(robustScaler({ window: 10, lower: 0, upper: 1 }), learned, [[4, 0]], 2)
    const again = learned.flatMap((row) => [row, row])
    expect(twice).toEqual(after(robustScaler({ window: 10, lower: 0, upper: 1 }), again, [[4, 0]]))
  })

  it('adaptive forgets what was', () => {
    const random = new SeededRandom(4)
    const drifting = Array.from({ length: 4000 }, (_, n): [number, number] => {
      const spread = n < 2000 ? 1 : 5
      return [(n < 2000 ? 0 : 100) + spread * random.normal(), 0]
    })
    const [[low], [high]] = after(adaptiveStandardScaler({ fadingFactor: 0.01 }), drifting, [
      [100, 0],
      [105, 0],
    ])
    expect(Math.abs(low)).toBeLessThan(0.3)
    expect(Math.abs(high - low - 1)).toBeLessThan(0.25)
  })

  it.each([minMaxScaler(), maxAbsScaler(), robustScaler(), adaptiveStandardScaler()])(
    '$algorithm gives 0 before the first row and for a column without spread',
    (scaler) => {
      expect(after(scaler, [], [[42, NaN]])).toEqual([[0, NaN]])
      const flat: [number, number] = scaler.algorithm === 'max-abs-scaler' ? [0, 0] : [0.1, 3]
      expect(after(scaler, [flat, flat, flat], [flat])).toEqual([[0, 0]])
      expect(after(scaler, [flat, flat, flat], [[7, 7]])).toEqual([[0, 0]])
    },
  )

  it('the norm counts what is not missing', () => {
    const given: [number, number][] = [
      [3, -4],
      [2, NaN],
      [0, 0],
      [3e-200, 4e-200],
    ]
    const one = after(normalizer({ norm: 'l1' }), [], given)
    expect(one.slice(0, 3)).toEqual([
      [3 / 7, -4 / 7],
      [1, NaN],
      [0, 0],
    ])
    expect(after(normalizer(), [], given)[0]).toEqual([0.6, -0.8])
    expect(after(normalizer({ norm: 'max' }), [], given)[0]).toEqual([0.75, -1])
    for (const value of after(normalizer(), [], given)[3]) expect(value).toBeGreaterThan(0.5)
  })
})

describe('imputer', () => {
  const holes: [number, number][] = [
    [NaN, NaN],
    [7, 1e200],
  ]
  it('puts the mean, the number before or a value in the place of missing numbers', () => {
    expect(after(imputer(), learned, holes)).toEqual([
      [3, -1],
      [7, -1],
    ])
    expect(after(imputer({ strategy: 'previous' }), learned, holes)).toEqual([
      [3, 2],
      [7, 2],
    ])
    expect(after(imputer({ strategy: 'constant', value: 9 }), [], holes)).toEqual([
      [9, 9],
      [7, 9],
    ])
  })

  it('leaves missing what it knows nothing of', () => {
    expect(after(imputer(), [], holes)[0]).toEqual([NaN, NaN])
    expect(after(imputer({ strategy: 'previous' }), [], holes)[0]).toEqual([NaN, NaN])
  })

  it('says so, and a pipeline says it of its model', () => {
    expect(imputer().missing).toBe("becomes the column's mean")
  })
})
