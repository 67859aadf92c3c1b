import type { ColumnReference, EventsNode, Graph } from './graph.ts'

// What state depends on, in words that stay the same while other parts of a stream change: names and sources, no indices.

/** What decides which records are among these events, and with which values. */
export function eventsDefinition(graph: Graph, events: number): string {
  const node = graph.events[events]
  if (node.parent < 0) return graph.inputs[node.input].name
  return `${eventsDefinition(graph, node.parent)} | ${stepDefinition(graph, node)}`
}

/** What one step adds to that: its checks or its filter. */
export function stepDefinition(graph: Graph, { input, checks, keep }: EventsNode): string {
  const tests = checks.map(({ field, required, min, max, pattern, oneOf, onFail, replacement }) => {
    const { name, type } = graph.inputs[input].fields[field]
    return [name, type, required, String(min), String(max), String(pattern), oneOf, onFail, replacement]
  })
  return keep === undefined ? JSON.stringify(tests) : `where ${String(keep)}`
}

/** What decides the values of a column. */
export function columnDefinition(graph: Graph, { input, source, index }: ColumnReference): string {
  const { name, fields, derived } = graph.inputs[input]
  if (source === 'derived') return `${name}, ${derived[index].type} of ${String(derived[index].arrow)}`
  return `${name}.${fields[index].name}: ${fields[index].type}`
}
