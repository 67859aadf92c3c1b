import type { ColumnReference, Graph } from './graph.ts'

/**
 * The graph with each input cut down to the fields that are used, so that others are never decoded. Which fields an arrow
 * reads is not known: an input that an arrow sees keeps all of its fields.
 */
export function usedFields(graph: Graph): Graph {
  const kept = graph.inputs.map((_, input) => keptFields(graph, input))
  const moved = kept.map((fields) => new Map(fields.map((field, index) => [field, index])))
  const at = (input: number, field: number): number => moved[input].get(field) as number
  const reference = <R extends ColumnReference | undefined>(from: R): R =>
    from?.source === 'field' ? { ...from, index: at(from.input, from.index) } : from
  return {
    ...graph,
    inputs: graph.inputs.map((input, i) => ({
      ...input,
      fields: kept[i].map((field) => input.fields[field]),
      key: at(i, input.key),
      time: at(i, input.time),
      arrival: input.arrival < 0 ? -1 : at(i, input.arrival),
    })),
    events: graph.events.map((node) => ({
      ...node,
      checks: node.checks.map((check) => ({ ...check, field: at(node.input, check.field) })),
    })),
    keys: graph.keys.map((key) => ({ ...key, parts: key.parts.map(reference) })),
    keyed: graph.keyed.map((node) => ({ ...node, value: { ...node.value, column: reference(node.value.column) } })),
    model: {
      ...graph.model,
      columns: graph.model.columns.map((column) =>
        column.from.kind === 'column'
          ? { ...column, from: { kind: 'column', column: reference(column.from.column) } }
          : column,
      ),
    },
  }
}

/** The fields of an input that stay, by their index in its schema. */
function keptFields(graph: Graph, input: number): number[] {
  const { fields, key, time, arrival } = graph.inputs[input]
  const all = fields.map((_, index) => index)
  if (isSeenByArrow(graph, input)) return all
  const used = new Set([key, time, arrival])
  const use = (reference: ColumnReference | undefined): void => {
    if (reference?.input === input && reference.source === 'field') used.add(reference.index)
  }
  for (const node of graph.events) if (node.input === input) for (const check of node.checks) used.add(check.field)
  for (const { parts } of graph.keys) parts.forEach(use)
  for (const { value } of graph.keyed) use(value.column)
  for (const { from } of graph.model.columns) if (from.kind === 'column') use(from.column)
  return all.filter((index) => used.has(index))
}

function isSeenByArrow(graph: Graph, input: number): boolean {
  const { inputs, events, keyed, keys, label } = graph
  const isOf = (node: number): boolean => events[node].input === input
  return (
    inputs[input].derived.length > 0 ||
    events.some((node) => node.input === input && node.keep !== undefined) ||
    keyed.some(
      (node) => node.fold !== undefined && (keys[node.key].input === input || (node.events >= 0 && isOf(node.events))),
    ) ||
    (label.joinedValue !== undefined && (isOf(label.from) || isOf(label.events)))
  )
}
