import { createHash } from 'node:crypto'
import { LearningState } from '../../src/operators/learning-state.ts'
import { Pages } from '../../src/stats/pages.ts'
import type { StatePart } from '../../src/stats/state-region.ts'
import type { Graph } from '../../src/stream/graph.ts'

/** Every region of a state, by part and name: what a snapshot holds. Those of pages are views. */
export function stateBytes(parts: readonly StatePart[]): Map<string, Uint8Array> {
  const bytes = new Map<string, Uint8Array>()
  for (const { path, state } of parts) {
    for (const [name, region] of Object.entries(state.regions())) {
      const key = `${path} / ${name}`
      if (bytes.has(key)) throw new Error(`two regions of the name ${key}`)
      bytes.set(key, region instanceof Pages ? bytesOf(region) : region.save())
    }
  }
  return bytes
}

/** The regions whose bytes differ, by name; one that only one of the states has differs too. */
export function differingRegions(one: LearningState, other: LearningState): string[] {
  const [ones, others] = [stateBytes(one.parts()), stateBytes(other.parts())]
  return [...new Set([...ones.keys(), ...others.keys()])].filter((key) => {
    const [a, b] = [ones.get(key), others.get(key)]
    return a === undefined || b === undefined || Buffer.compare(a, b) !== 0
  })
}

/** One line for each region, for values that are pinned. */
export function stateDigests(state: LearningState): Record<string, string> {
  const digests: Record<string, string> = {}
  for (const [key, bytes] of stateBytes(state.parts())) digests[key] = createHash('sha256').update(bytes).digest('hex')
  return digests
}

/** A state freshly built from the graph, filled from another's regions. */
export function restored(graph: Graph, from: LearningState): LearningState {
  const saved = stateBytes(from.parts())
  const state = new LearningState(graph)
  for (const { path, state: part } of state.parts()) {
    for (const [name, region] of Object.entries(part.regions())) {
      const bytes = saved.get(`${path} / ${name}`)
      if (bytes === undefined) continue
      if (!(region instanceof Pages)) {
        region.load(bytes)
        continue
      }
      region.resize(bytes.byteLength / region.values.BYTES_PER_ELEMENT)
      new Uint8Array(region.values.buffer, region.values.byteOffset, bytes.byteLength).set(bytes)
    }
    part.loaded?.()
  }
  state.loaded()
  return state
}

function bytesOf({ values, length }: Pages): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, length * values.BYTES_PER_ELEMENT)
}
