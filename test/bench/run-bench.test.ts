import { afterEach, describe, expect, it, vi } from 'vitest'
import { expectEqual } from '../../bench/expect-equal.ts'
import { type BenchPlan, runBench } from '../../bench/run-bench.ts'

function planOf(
  more: Partial<BenchPlan<{ first: number; second: number }>>,
): BenchPlan<{ first: number; second: number }> {
  return {
    name: 'test',
    about: 'of nothing',
    date: undefined,
    settings: { rounds: 3 },
    warmUps: 1,
    checked: ['nothing'],
    cases: {
      first: { run: () => 1, check: (output) => expectEqual('first', output, 1) },
      second: { run: () => 2, check: (output) => expectEqual('second', output, 2) },
    },
    figures: [],
    ...more,
  }
}

describe('a bench', () => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.spyOn(process.stderr, 'write').mockImplementation(() => true)
  afterEach(() => {
    printed.mockClear()
    process.exitCode = undefined
  })
  const lines = (): string => printed.mock.calls.flat().join('\n')

  it('runs its cases in turn, the order changing, warm-ups first, and prints the median and the spread of the rounds', async () => {
    const order: string[] = []
    let runs = 0
    const note = (name: string, value: number) => ({
      prepare: () => void order.push(`prepare ${name}`),
      run: () => {
        order.push(name)
        return value
      },
      check: () => {},
    })
    await runBench(
      planOf({
        cases: { first: note('first', 1), second: note('second', 2) },
        figures: [
          { what: 'order', unit: 'ms', of: ({ first, second }) => 10 ** runs++ * (first.output + second.output) },
        ],
      }),
    )
    const forwards = ['prepare first', 'first', 'prepare second', 'second']
    const backwards = ['prepare second', 'second', 'prepare first', 'first']
    expect(order).toEqual([...backwards, ...forwards, ...backwards, ...forwards])
    expect(lines()).toContain('order: 30 ms (3 to 300)')
    expect(lines()).toContain('not kept')
  })

  it('with a wrong output prints no speed', async () => {
    const wrong = { run: () => 3, check: (output: number) => expectEqual('second', output, 2) }
    const plan = planOf({ figures: [{ what: 'speed', unit: 'ms', of: () => 1 }] })
    await expect(runBench({ ...plan, cases: { ...plan.cases, second: wrong } })).rejects.toThrow(
      'second is 3, not 2: no speed is printed',
    )
    expect(lines()).toBe('')
  })

  it('sets the exit code when a bar is missed', async () => {
    await runBench(planOf({ figures: [{ what: 'pause', unit: 'ms', of: () => 51, bar: { atMost: 50 } }] }))
    expect(lines()).toContain('MISSED')
    expect(process.exitCode).toBe(1)
  })
})
