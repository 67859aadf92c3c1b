import type { LearningState } from '../operators/learning-state.ts'
import { Pages } from '../stats/pages.ts'
import type { StatePart } from '../stats/state-region.ts'
import { ControlState } from './control-state.ts'
import { SEQUENCES } from './output-writer.ts'
import type { PartitionFeed, TaskPartition } from './partition-feed.ts'
import type { SchemaBook } from './schema-book.ts'

/** Everything a snapshot of a task holds: the graph's state, how far each input was taken, and the numbers given to outputs. */
export class TaskState {
  readonly learning: LearningState
  readonly sequences = new Pages(new Float64Array(SEQUENCES.count))
  readonly control = new ControlState()
  private readonly partitions: readonly TaskPartition[]
  private readonly schemas: SchemaBook
  /** Per partition: position, arrival of the latest record. */
  private readonly inputs: Pages<Float64Array>

  constructor(learning: LearningState, partitions: readonly TaskPartition[], schemas: SchemaBook) {
    this.learning = learning
    this.partitions = partitions
    this.schemas = schemas
    this.inputs = new Pages(new Float64Array(partitions.length * 2))
  }

  /** Writes down how far the feeds are; call before a snapshot. */
  noteFeeds(feeds: readonly PartitionFeed[]): void {
    feeds.forEach((feed, i) => {
      this.inputs.values[i * 2] = feed.position
      this.inputs.values[i * 2 + 1] = feed.arrival
    })
    this.inputs.touchRange(0, this.inputs.length)
  }

  /** A task without a snapshot begins at these offsets. */
  begin(offsets: readonly number[]): void {
    offsets.forEach((offset, i) => {
      this.inputs.values[i * 2] = offset
      this.inputs.values[i * 2 + 1] = Number.NEGATIVE_INFINITY
    })
  }

  /** Where a partition is to be read on, and the arrival of its latest record, after a snapshot was loaded. */
  placeOf(partition: number): { readonly position: number; readonly arrival: number } {
    return { position: this.inputs.values[partition * 2], arrival: this.inputs.values[partition * 2 + 1] }
  }

  /** Goes on numbering outputs where other code has ended: what this code would have put out in its place does not count. */
  resumeSequences(sequences: readonly number[]): void {
    this.sequences.values.set(sequences)
    this.sequences.touchRange(0, this.sequences.length)
  }

  parts(): StatePart[] {
    const names = JSON.stringify(this.partitions.map(({ topic, partition }) => `${topic}/${partition}`))
    return [
      { path: 'task.inputs', definition: names, state: { regions: () => ({ inputs: this.inputs }) } },
      { path: 'task.sequences', definition: '', state: { regions: () => ({ sequences: this.sequences }) } },
      { path: 'task.control', definition: '', state: this.control },
      { path: 'task.schemas', definition: '', state: this.schemas },
      ...this.learning.parts(),
    ]
  }

  loaded(): void {
    this.learning.loaded()
  }
}
