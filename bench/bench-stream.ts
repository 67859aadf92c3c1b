import { join } from 'node:path'
import { type LoadedStream, loadStream } from '../src/service/load-stream.ts'
import { type FlightVariant, flightGraph } from './flight-graph.ts'

/** A stream of `bench/streams`, or `flight-delay` in the variant without retraining. */
export async function benchStream(name: string): Promise<LoadedStream> {
  const folder = name === 'flight-delay' ? join(import.meta.dirname, '..') : import.meta.dirname
  const loaded = await loadStream({ streams: join(folder, 'streams'), schemas: join(folder, 'schemas') }, name)
  if (name !== 'flight-delay') return loaded
  const variant: FlightVariant = 'no-retraining'
  return { ...loaded, graph: (await flightGraph(variant)).graph }
}
