import type { LearningState } from '../src/operators/learning-state.ts'
import { Pages } from '../src/stats/pages.ts'

/** A copy of a state, to begin other runs over the same graph with. */
export class StateCopy {
  private readonly regions = new Map<string, Uint8Array>()

  constructor(from: LearningState) {
    for (const { path, state } of from.parts()) {
      for (const [name, region] of Object.entries(state.regions())) {
        this.regions.set(`${path} ${name}`, region instanceof Pages ? bytesOf(region) : region.save())
      }
    }
  }

  /** Makes a new state the copied one. */
  load(into: LearningState): void {
    for (const { path, state } of into.parts()) {
      for (const [name, region] of Object.entries(state.regions())) {
        const bytes = this.regions.get(`${path} ${name}`) as Uint8Array
        if (region instanceof Pages) {
          region.resize(bytes.byteLength / region.values.BYTES_PER_ELEMENT)
          new Uint8Array(region.values.buffer, region.values.byteOffset, bytes.byteLength).set(bytes)
        } else region.load(bytes.slice())
      }
      state.loaded?.()
    }
    into.loaded()
  }
}

function bytesOf({ values, length }: Pages): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, length * values.BYTES_PER_ELEMENT).slice()
}
