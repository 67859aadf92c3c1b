import type { Target } from '../learners/learner.ts'
import { encodeModelFile, type ModelColumn, type ModelHeader } from '../models/model-file.ts'
import { modelFileName } from '../models/model-file-name.ts'
import { sha256Hex } from '../stats/sha256.ts'
import type { StatePart } from '../stats/state-region.ts'
import type { Graph } from '../stream/graph.ts'
import type { Dictionary } from './dictionary.ts'
import type { ModelBlob } from './graph-output.ts'
import type { ModelSlot } from './model-slot.ts'
import type { ModelSlots } from './model-slots.ts'
import type { RowAssembler } from './row-assembler.ts'

const REMEMBERED = 200

/** Who runs a task: the names of its files begin with the incarnation, and they say the version of the code. */
export interface ModelOwner {
  readonly incarnation: number
  readonly code: string
}

/** A file that was written of a version. */
export interface WrittenModel {
  readonly version: string
  readonly blob: string
  /** Whether it was written of a version that served. */
  readonly served: boolean
}

/** What a file says of a version beside what the stream itself says. */
export type ModelFacts = Omit<
  ModelHeader,
  'stream' | 'task' | 'algorithm' | 'parameters' | 'columns' | 'target' | 'classes' | 'code'
> &
  Pick<ModelSlot, 'description'>

/** What of a graph model files need. */
export interface ModelFilesParts {
  readonly graph: Graph
  readonly task: number
  readonly target: Target
  readonly rows: RowAssembler
  readonly classes: Dictionary | undefined
  readonly models: ModelSlots
}

/** Makes model files, whose bytes go out with a task's output, and remembers which there are. */
export class ModelFiles {
  /** Undefined where nobody keeps files, as in a backtest: then none is made. */
  owner: ModelOwner | undefined
  private readonly parts: ModelFilesParts
  private readonly output: ModelBlob[]
  private written: readonly WrittenModel[] = []

  constructor(parts: ModelFilesParts, output: ModelBlob[]) {
    this.parts = parts
    this.output = output
  }

  /** The latest files, oldest first. */
  get list(): readonly WrittenModel[] {
    return this.written
  }

  /** The header of a model that learned from these labelled rows, or from all that came until now. */
  header({ description, ...facts }: ModelFacts, rows?: Float64Array): ModelHeader {
    const { graph, task, target } = this.parts
    const { model, challengers } = graph.model
    const { algorithm, parameters } = description === 0 ? model : challengers[description - 1]
    return {
      stream: graph.name,
      task,
      ...facts,
      algorithm,
      parameters,
      columns: this.columns(rows),
      target,
      classes: this.classes(rows),
      code: this.owner?.code ?? '',
    }
  }

  /** Whether there is a file of a version. */
  has(version: string): boolean {
    return this.written.some((file) => file.version === version)
  }

  /** Makes a file of a model as it is now; undefined where nobody keeps files. */
  write(
    { learner, version, description, job, carriedFrom, firstLabel, role }: ModelSlot,
    { labels, ...why }: Pick<ModelFacts, 'parent' | 'written' | 'reason' | 'time' | 'numbers'> & { labels: number },
  ): { readonly blob: string; readonly digest: string } | undefined {
    if (this.owner === undefined) return undefined
    const { graph, task } = this.parts
    const range = { first: firstLabel, end: labels }
    const header = this.header({ version, description, job, carriedFrom, labels: range, ...why })
    const bytes = encodeModelFile(header, learner.save())
    const digest = sha256Hex(bytes)
    const blob = modelFileName(graph.name, task, { incarnation: this.owner.incarnation, version, digest })
    this.output.push({ name: blob, bytes })
    this.note({ version, blob, served: role !== 'trial' })
    return { blob, digest }
  }

  /** A file is there. The oldest is forgotten for it, but none of a model at work: what nobody remembers is deleted. */
  note(file: WrittenModel): void {
    if (this.written.length >= REMEMBERED) {
      const { slots } = this.parts.models
      const isGone = ({ version }: WrittenModel): boolean => slots.every((slot) => slot?.version !== version)
      const first = Math.max(0, this.written.findIndex(isGone))
      this.written = this.written.toSpliced(first, 1)
    }
    this.written = [...this.written, file]
  }

  part(): StatePart {
    const save = (): Uint8Array => new TextEncoder().encode(JSON.stringify(this.written))
    const load = (bytes: Uint8Array): void => {
      this.written = JSON.parse(new TextDecoder().decode(bytes))
    }
    return { path: 'race.files', definition: '', state: { regions: () => ({ written: { save, load } }) } }
  }

  private columns(rows: Float64Array | undefined): ModelColumn[] {
    const { rows: assembler } = this.parts
    const { columns } = assembler.schema
    return columns.map(({ name, kind, size }, i) => {
      if (kind !== 'category') return { name, kind, size }
      const last = rows === undefined ? size : highest(rows, i, columns.length + 1)
      return { name, kind, size, categories: texts(assembler.dictionary(i), last) }
    })
  }

  private classes(rows: Float64Array | undefined): readonly string[] {
    const { target, classes, rows: assembler } = this.parts
    if (target.problem === 'binary') return ['false', 'true']
    const { length } = assembler.schema.columns
    return texts(classes, rows === undefined ? target.classes : highest(rows, length, length + 1) + 1)
  }
}

/** The largest value of a column of rows; -1 without rows. */
function highest(rows: Float64Array, column: number, width: number): number {
  let most = -1
  for (let at = column; at < rows.length; at += width) if (rows[at] > most) most = rows[at]
  return most
}

/** The strings of the codes 1 to `last`, as far as there are any. */
function texts(dictionary: Dictionary | undefined, last: number): string[] {
  const count = Math.max(0, Math.min(last, dictionary?.used ?? 0))
  return Array.from({ length: count }, (_, i) => dictionary?.text(i + 1) as string)
}
