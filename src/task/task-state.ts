import type { LearningState } from '../operators/learning-state.ts'
import { Pages } from '../stats/pages.ts'
import type { StatePart } from '../stats/state-region.ts'
import { ControlState } from './control-state.ts'
import { SEQUENCES } from './output-writer.ts'
import { type PartitionFeed, partitionName, type TaskPartition } from './partition-feed.ts'
import type { SchemaBook } from './schema-book.ts'

/** Everything a snapshot of a task holds: the graph's state, how far each input was taken, and the numbers given to outputs. */
export class TaskState {
  readonly learning: LearningState
  readonly sequences: Pages<Float64Array>
  readonly control: ControlState
  private readonly partitions: readonly TaskPartition[]
  private readonly schemas: SchemaBook
  /** Per partition: position, arrival of the latest record. */
  private readonly inputs: Pages<Float64Array>

  constructor(
    learning: LearningState,
    partitions: readonly TaskPartition[],
    schemas: SchemaBook,
    sequences: Pages<Float64Array> = new Pages(new Float64Array(SEQUENCES.count)),
    control = new ControlState(),
  ) {
    this.learning = learning
    this.sequences = sequences
    this.control = control
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

  /** The same state with partitions at other places: what is known of records that are left out goes along. */
  withPartitions(
    partitions: readonly TaskPartition[],
    places: readonly { readonly position: number; readonly arrival: number }[],
  ): TaskState {
    const names = partitions.map(partitionName)
    const { learning, schemas, sequences, control } = this
    control.skips = control.skips.map((skip) => ({
      ...skip,
      partition: names.indexOf(partitionName(this.partitions[skip.partition])),
    }))
    const state = new TaskState(learning, partitions, schemas, sequences, control)
    places.forEach(({ position, arrival }, i) => {
      state.inputs.values[i * 2] = position
      state.inputs.values[i * 2 + 1] = arrival
    })
    return state
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
