import type { StatePart } from '../stats/state-region.ts'
import type { Graph } from '../stream/graph.ts'
import { labelDefinition } from '../stream/label-definition.ts'

/**
 * A part of the state that is about the label: where the label means something else it begins anew. What earlier releases
 * saved, under the part's own definition alone, says nothing of the label and counts as about the same.
 */
export function aboutLabel(graph: Graph, part: StatePart): StatePart {
  return {
    ...part,
    definition: JSON.stringify([part.definition, labelDefinition(graph)]),
    carries: (saved) => {
      if (saved === part.definition) return 'as an earlier release saved it'
      const [own, label] = saved.startsWith('[') ? (JSON.parse(saved) as unknown[]) : []
      return typeof own === 'string' && label === labelDefinition(graph) ? part.carries?.(own) : undefined
    },
  }
}
