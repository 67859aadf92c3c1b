import { Retrainer } from '../../src/lifecycle/retrainer.ts'
import { systemClock } from '../../src/log/clock.ts'
import { MemoryLog } from '../../src/log/memory-log.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { buildGraph } from '../../src/stream/build-graph.ts'
import type { Graph } from '../../src/stream/graph.ts'
import { startTask } from '../../src/task/start-task.ts'
import type { Task } from '../../src/task/task.ts'
import type { TaskOptions } from '../../src/task/task-options.ts'
import { type Flight, flightDecoder, flightGraph, newRegistry, writeFlights } from './flight-log.ts'

/** A log with flights, and the task of the flight-delay stream on it: started again and again, also with other graphs. */
export class FlightTask {
  readonly log = new MemoryLog()
  readonly blobs = new MemoryBlobStore()
  private readonly registry = newRegistry()

  static async of(all: readonly Flight[]): Promise<FlightTask> {
    const world = new FlightTask()
    await writeFlights(world.log, world.registry, all)
    return world
  }

  /** Runs a graph, retraining in this thread, until so many rows were taken, and stops cleanly. */
  async run(graph: Graph, code: string, rows: number, options: Partial<TaskOptions> = {}): Promise<Task> {
    const { blobs } = this
    let seen = 0
    const task = await this.start(graph, code, {
      onCommit: (record, facts) => {
        seen += facts.rows
        retrainer.attend(task.recovered.state.learning)
        options.onCommit?.(record, facts)
        if (seen >= rows) task.stop()
      },
      ...without(options, 'onCommit'),
    })
    const retrainer = new Retrainer({ blobs, inline: true, onDecision: (decision) => task.decide(decision) })
    if (rows === 0) task.stop()
    await task.run()
    await retrainer.close()
    return task
  }

  /** Starts a task and no more. */
  start(graph: Graph, code: string, options: Partial<TaskOptions> = {}): Promise<Task> {
    const { log, blobs, registry } = this
    return startTask({
      application: 'test',
      graph,
      task: 0,
      log,
      blobs,
      registry,
      decoder: (input) => flightDecoder(graph, input),
      code,
      clock: systemClock,
      commitIntervalMs: 0,
      batchRows: 16,
      ...options,
    })
  }
}

const flightDelay = flightGraph()

/** The flight-delay stream with another `build`. */
export function flightGraphOf(build: (inputs: any) => unknown): Graph {
  const { inputs } = flightDelay
  const stream = {
    name: 'flight-delay',
    inputs: Object.fromEntries(
      inputs.map(({ name, topic, schema, fields, key, time }) => [
        name,
        { topic, schema, key: fields[key].name, time: fields[time].name },
      ]),
    ),
    build,
  }
  return buildGraph(stream as never, Object.fromEntries(inputs.map(({ schema, fields }) => [schema, fields])))
}

function without<T extends object>(object: T, name: keyof T): Partial<T> {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name)) as Partial<T>
}
