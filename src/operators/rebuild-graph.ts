import { lastLabel } from '../learners/baselines/last-label.ts'
import type { Graph } from '../stream/graph.ts'

/** The graph that history is walked with: without retraining and swaps, and with its models only where they are to be rebuilt. */
export function rebuildGraph(graph: Graph, paths: readonly string[]): Graph {
  const { model } = graph
  const still = { retrain: undefined, gate: { ...model.gate, automatic: false } }
  const idle = paths.includes('models') ? {} : { model: lastLabel(), challengers: [], drift: { loss: undefined } }
  return { ...graph, model: { ...model, ...still, ...idle } }
}
