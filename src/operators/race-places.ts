import type { ChallengerGates } from './challenger-gates.ts'
import type { ModelFiles } from './model-files.ts'
import { gateNumbers, type ModelEvents } from './model-events.ts'
import type { ModelSlot } from './model-slot.ts'
import type { ModelSlots } from './model-slots.ts'
import type { RetrainJob } from './retrain-requests.ts'

/** Who has a place in the race, and who gives it up for another. */
export class RacePlaces {
  private readonly models: ModelSlots
  private readonly gates: ChallengerGates
  private readonly events: ModelEvents
  private readonly files: ModelFiles

  constructor(models: ModelSlots, gates: ChallengerGates, events: ModelEvents, files: ModelFiles) {
    this.models = models
    this.gates = gates
    this.events = events
    this.files = files
  }

  /** A slot for a retrained model: a free one, else that of a retrained one that was rolled back, else the former champion's. One is on trial at a time. */
  free(job: RetrainJob, nowMs: number, labels: number): number {
    const { slots } = this.models
    const trial = this.models.withRole('trial')
    if (trial >= 0) this.dismiss(trial, whyTrialEnds(job), nowMs, labels)
    for (const role of ['benched', 'former'] as const) {
      if (slots.includes(undefined)) break
      const slot = slots.findIndex((model) => model?.role === role && !this.models.isNamed(model))
      if (slot >= 0) this.dismiss(slot, 'its place is needed', nowMs, labels)
    }
    return slots.indexOf(undefined)
  }

  /**
   * A model leaves the race after so many labels; one that the stream names becomes a challenger again. It leaves a file
   * where there is none of it, as of the stream's first champion: so every version can be looked at later.
   */
  dismiss(slot: number, reason: string, nowMs: number, labels: number): void {
    const { slots } = this.models
    const model = slots[slot] as ModelSlot
    if (this.models.isNamed(model)) {
      model.role = 'challenger'
      return
    }
    const numbers = gateNumbers(this.gates.report(slot))
    const parent = model.parent === '' ? null : model.parent
    const file = this.files.has(model.version)
      ? undefined
      : this.files.write(model, { parent, written: 'retired', reason, time: nowMs, labels, numbers })
    this.events.add('retired', model, nowMs, reason, { numbers, ...file })
    slots[slot] = undefined
  }
}

function whyTrialEnds({ requestedBy, isGreat }: RetrainJob): string {
  if (requestedBy !== null) return 'somebody asked for another'
  return isGreat ? 'a greater change needs its place' : 'its trial is over'
}
