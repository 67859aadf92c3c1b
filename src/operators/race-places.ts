import type { ChallengerGates } from './challenger-gates.ts'
import { gateNumbers, type ModelEvents } from './model-events.ts'
import type { ModelSlot, ModelSlots } from './model-slots.ts'
import type { RetrainJob } from './retrain-requests.ts'

/** Who has a place in the race, and who gives it up for another. */
export class RacePlaces {
  private readonly models: ModelSlots
  private readonly gates: ChallengerGates
  private readonly events: ModelEvents
  private readonly retrains: boolean

  constructor(models: ModelSlots, gates: ChallengerGates, events: ModelEvents, retrains: boolean) {
    this.models = models
    this.gates = gates
    this.events = events
    this.retrains = retrains
  }

  /** A slot for a retrained model: a free one, else that of a retrained one that was rolled back, else the former champion's. One is on trial at a time. */
  free(job: RetrainJob, nowMs: number): number {
    const { slots } = this.models
    const trial = this.models.withRole('trial')
    if (trial >= 0) this.dismiss(trial, whyTrialEnds(job), nowMs)
    for (const role of ['benched', 'former'] as const) {
      if (slots.includes(undefined)) break
      const slot = slots.findIndex((model) => model?.role === role && !this.isNamed(model))
      if (slot >= 0) this.dismiss(slot, 'its place is needed', nowMs)
    }
    return slots.indexOf(undefined)
  }

  /** A model leaves the race; one that the stream names becomes a challenger again. */
  dismiss(slot: number, reason: string, nowMs: number): void {
    const { slots } = this.models
    const model = slots[slot] as ModelSlot
    if (this.isNamed(model)) {
      model.role = 'challenger'
      return
    }
    this.events.add('retired', model, nowMs, reason, { numbers: gateNumbers(this.gates.report(slot)) })
    slots[slot] = undefined
  }

  /** Whether the stream names a model to be always there: its challengers, and without retraining its first champion too. */
  private isNamed({ parent, description }: ModelSlot): boolean {
    return parent === '' && (description > 0 || !this.retrains)
  }
}

function whyTrialEnds({ requestedBy, isGreat }: RetrainJob): string {
  if (requestedBy !== null) return 'somebody asked for another'
  return isGreat ? 'a greater change needs its place' : 'its trial is over'
}
