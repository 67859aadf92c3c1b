import type { LeftBehind } from './left-behind.ts'
import type { WrittenModel } from './model-files.ts'
import type { ModelChange } from './model-slot.ts'
import type { ModelSlots } from './model-slots.ts'

const REASON = 'the stream was forked, and goes on from its newest snapshot'

/** What a fork makes of the models, while what it leaves behind is computed again with output off. */
export class ModelFork {
  /** The highest number of a version that was told of. */
  readonly highest: number
  private readonly models: ModelSlots
  private readonly left: LeftBehind
  private changes: readonly ModelChange[] = []
  private served = ''

  constructor(models: ModelSlots, left: LeftBehind) {
    this.models = models
    this.left = left
    const numbers = left.versions.map((version) => Number(/^v\d+\.(\d+)/.exec(version)?.[1] ?? 0))
    this.highest = Math.max(0, ...numbers)
    models.taken = new Set(left.versions)
  }

  /** The state is as at the snapshot: what is to be told of it nobody hears before the end. */
  begin(): void {
    this.changes = [...this.models.changes]
    this.served = this.models.serving.version
  }

  /**
   * Lets the models tell what the change made of them, who serves in the place of whom, and who was told of and is not there.
   * Gives the files that were written.
   */
  end(): readonly WrittenModel[] {
    const { models, changes } = this
    const { present, files, served } = this.left
    const { version, description } = models.serving
    let serving = served
    for (const { kind, version: other, parent } of changes) {
      if (kind === 'promoted' || (kind !== 'retired' && parent === serving)) serving = other
    }
    models.changes = [...changes]
    if (serving !== version) {
      const kind = version === this.served ? 'rolled_back' : 'promoted'
      const algorithm = models.algorithmOf(description)
      models.changes.push({ kind, version, parent: serving, algorithm, reason: REASON })
    }
    for (const one of present) {
      if (models.slots.every((slot) => slot?.version !== one.version))
        models.changes.push({ ...one, kind: 'retired', reason: REASON })
    }
    return files
  }
}
