import { defineStream, priorClass, type Events, type Schemas } from 'millrace'
import { describe, expect, it } from 'vitest'
import { LearningState } from '../../src/operators/learning-state.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { visitInputs, visitSchemas } from '../operators/visits.ts'

type Visit = Schemas['visit.avsc']

function graphOf(features: (visits: Events<Visit>) => Record<string, unknown>): Graph {
  const stream = defineStream({
    name: 'shop',
    inputs: visitInputs,
    build: ({ visits, outcomes }) => {
      const sold = visits.label(outcomes, { value: (one) => one.sold, horizon: '1h' })
      return visits.featurize(features(visits) as Record<string, 'amount'>).predict(sold, { model: priorClass() })
    },
  })
  return buildGraph(stream, visitSchemas)
}

/** Definitions by path: a state part is kept over a change when both are the same. */
function definitions(graph: Graph): Record<string, string> {
  return Object.fromEntries(new LearningState(graph).parts().map(({ path, definition }) => [path, definition]))
}

describe('keys', () => {
  const length = (one: Visit): number => one.kind.length

  it('of the same fields and arrows are one table', () => {
    const { keys, keyed } = graphOf((visits) => ({
      a: visits.by('kind', length).window('1h').count(),
      b: visits
        .where((one) => one.member)
        .by('kind', length)
        .window('2h')
        .mean('amount'),
      c: visits.by('kind').window('1h').count(),
    }))
    expect(keys.map(({ path, ttlMs }) => [path, ttlMs])).toEqual([
      ['keys.visits(kind, (one) => one.kind.length)', 7_200_000],
      ['keys.visits(kind)', 3_600_000],
    ])
    expect(keyed.map(({ path, key }) => [path, key])).toEqual([
      ['features.a', 0],
      ['features.b', 0],
      ['features.c', 1],
    ])
  })

  it('of arrows that only read alike have paths of their own: what they enclose may differ', () => {
    const by = (n: number) => (one: Visit) => one.kind.length % n
    const { keys } = graphOf((visits) => ({
      a: visits.by(by(2)).window('1h').count(),
      b: visits.by(by(3)).window('1h').count(),
    }))
    expect(keys.map(({ path }) => path)).toEqual([
      'keys.visits((one) => one.kind.length % n)',
      'keys.visits((one) => one.kind.length % n)#2',
    ])
  })
})

describe('the fields of an input', () => {
  it('are those that are used, where no arrow sees its records', () => {
    const { inputs, model, events, keyed } = graphOf((visits) => ({
      kind: 'kind',
      mean: visits
        .validate({ member: {} })
        .by('shop' as never)
        .window('1h')
        .mean('amount'),
    }))
    expect(inputs[0].fields.map(({ name }) => name)).toEqual(['id', 'at', 'shop', 'amount', 'member', 'kind'])
    const bare = graphOf(() => ({ kind: 'kind' }))
    expect(bare.inputs[0].fields.map(({ name }) => name)).toEqual(['id', 'at', 'kind'])
    expect([bare.inputs[0].key, bare.inputs[0].time]).toEqual([0, 1])
    expect(bare.model.columns[0].from).toEqual({ kind: 'column', column: { input: 0, source: 'field', index: 2 } })
    expect(model.columns[0].from).toEqual({ kind: 'column', column: { input: 0, source: 'field', index: 5 } })
    expect(events.at(-1)?.checks[0].field).toBe(4)
    expect(keyed[0].value.column?.index).toBe(3)
  })

  it('are all of its schema where an arrow may read any', () => {
    const { inputs } = graphOf(() => ({ x: (one: Visit) => one.kind.length }))
    expect(inputs[0].fields).toEqual(visitSchemas['visit.avsc'])
    expect(inputs[1].fields).toEqual(visitSchemas['outcome.avsc']) // the label's
  })
})

describe('the definition of state', () => {
  const features = (visits: Events<Visit>) => ({
    kind: 'kind',
    count: visits.by('kind').window('1h').count(),
    total: visits.by('kind').fold({ init: () => 0, step: (sum, one) => sum + (one.amount ?? 0), read: (sum) => sum }),
  })
  const before = definitions(graphOf(features))

  /** Paths whose state a change would not keep. */
  function changed(to: (visits: Events<Visit>) => Record<string, unknown>): string[] {
    const after = definitions(graphOf(to))
    return Object.keys(before).filter((path) => after[path] !== before[path])
  }

  it('is the same for the same stream', () => {
    expect(changed(features)).toEqual([])
  })

  it('does not change when a feature is added before the others', () => {
    const more = changed((visits) => ({
      first: (one: Visit) => one.kind.length,
      when: visits.by('id').timeSince(),
      ...features(visits),
    }))
    expect(more.filter((path) => path.startsWith('features') || path.startsWith('keys'))).toEqual([])
  })

  it('changes with the window, the events or the source of a fold', () => {
    expect(changed((visits) => ({ ...features(visits), count: visits.by('kind').window('2h').count() }))).toEqual([
      'models', // a number that means something else is another column of theirs
      'features.count',
    ])
    const some = changed((visits) => ({
      ...features(visits),
      count: visits
        .where((one) => one.member)
        .by('kind')
        .window('1h')
        .count(),
    }))
    expect(some).toEqual(['models', 'features.count'])
    const doubled = changed((visits) => ({
      ...features(visits),
      total: visits
        .by('kind')
        .fold({ init: () => 0, step: (sum, one) => sum + 2 * (one.amount ?? 0), read: (sum) => sum }),
    }))
    expect(doubled).toEqual(['models', 'features.total'])
  })
})
