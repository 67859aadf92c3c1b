import { columnDefinition, stepDefinition } from './definition.ts'
import type { Graph } from './graph.ts'
import { onOneLine } from './on-one-line.ts'

/**
 * What decides what a label says of an event: the problem, the records it is read off, and how. How long it is waited for,
 * whether corrections are learned, and checks that only leave records out change nothing about what it means.
 */
export function labelDefinition(graph: Graph): string {
  const { problem, events, from, sameRecord, value, joinedValue, never } = graph.label
  const judged = graph.inputs[graph.events[events].input].name
  const source = sameRecord ? 'the same record' : valuesDefinition(graph, from)
  const says = value === undefined ? String(joinedValue) : columnDefinition(graph, value)
  return JSON.stringify([problem, judged, onOneLine(source), onOneLine(says), never])
}

/** What decides the values of these events: the filters they passed, and what was put in the place of bad ones. */
function valuesDefinition(graph: Graph, events: number): string {
  const node = graph.events[events]
  if (node.parent < 0) return graph.inputs[node.input].name
  const isMeaning = node.keep !== undefined || node.checks.some(({ onFail }) => onFail === 'impute')
  return `${valuesDefinition(graph, node.parent)}${isMeaning ? ` | ${stepDefinition(graph, node)}` : ''}`
}
