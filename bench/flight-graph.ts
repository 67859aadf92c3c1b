import { join } from 'node:path'
import type { EventSchema } from '../src/codec/event-schema.ts'
import { readSchemas } from '../src/codec/read-schemas.ts'
import { buildGraph } from '../src/stream/build-graph.ts'
import type { Graph } from '../src/stream/graph.ts'
import flightDelay from '../streams/flight-delay.ts'

/** Variants of the stream `flight-delay`: as its file says, without challengers, or without retraining. */
export type FlightVariant = 'as-defined' | 'no-challengers' | 'no-retraining'

/**
 * The graph of the stream `flight-delay`, and its schemas. A retrained model enters a backtest at once and a task when its
 * job has ended, so the two can be compared bit for bit only without retraining.
 */
export async function flightGraph(
  variant: FlightVariant,
): Promise<{ graph: Graph; schemas: ReadonlyMap<string, EventSchema> }> {
  const schemas = await readSchemas(join(import.meta.dirname, '../schemas'))
  const graph = buildGraph(
    flightDelay as never,
    Object.fromEntries([...schemas].map(([file, { fields }]) => [file, fields])),
  )
  const { model } = graph
  if (variant === 'no-challengers') return { graph: { ...graph, model: { ...model, challengers: [] } }, schemas }
  if (variant === 'no-retraining') return { graph: { ...graph, model: { ...model, retrain: undefined } }, schemas }
  return { graph, schemas }
}
