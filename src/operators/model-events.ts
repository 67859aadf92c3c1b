import type { GateReport } from '../evaluate/paired-gate.ts'
import type { ModelScores } from '../evaluate/scoreboard.ts'
import type { ModelPlan } from '../stream/graph.ts'
import { algorithmName } from './algorithm-name.ts'
import type { ModelEvent } from './graph-output.ts'
import type { ModelChange, ModelSlot } from './model-slot.ts'
import type { ModelSlots } from './model-slots.ts'

/** What an event says beside its kind, version, time and reason. */
export interface EventDetails {
  readonly numbers?: Readonly<Record<string, number>>
  readonly requestedBy?: string | null
  readonly blob?: string | null
  readonly digest?: string | null
}

/** Writes the steps in the lives of models into a task's output. */
export class ModelEvents {
  private readonly plan: ModelPlan
  private readonly output: ModelEvent[]

  constructor(plan: ModelPlan, output: ModelEvent[]) {
    this.plan = plan
    this.output = output
  }

  add(
    kind: ModelEvent['kind'],
    { version, parent, description }: Pick<ModelSlot, 'version' | 'parent' | 'description'>,
    time: number,
    reason: string,
    details: EventDetails = {},
  ): void {
    const algorithm = algorithmName(description === 0 ? this.plan.model : this.plan.challengers[description - 1])
    this.put({ kind, version, parent, algorithm, reason }, time, details)
  }

  /** Tells what a change of the stream made of its models. */
  tell(models: ModelSlots, time: number, detailsOf: (change: ModelChange) => EventDetails | undefined): void {
    for (const change of models.changes) this.put(change, time, detailsOf(change) ?? {})
    models.changes = []
  }

  private put(
    { kind, version, parent, algorithm, reason }: Pick<ModelEvent, 'kind' | 'algorithm'> & Omit<ModelChange, 'kind'>,
    time: number,
    details: EventDetails,
  ): void {
    this.output.push({
      kind,
      version,
      parent: parent === '' ? null : parent,
      time,
      algorithm,
      reason,
      requestedBy: details.requestedBy ?? null,
      numbers: finite(details.numbers ?? {}),
      blob: details.blob ?? null,
      digest: details.digest ?? null,
    })
  }
}

/** A model's metrics over all its outcomes. */
export function scoreNumbers({ outcomes, whole }: ModelScores): Record<string, number> {
  return finite({ outcomes, ...whole.values })
}

/** A gate's numbers, as far as it has any yet. */
export function gateNumbers(report: GateReport): Record<string, number> {
  return finite(report as unknown as Record<string, number>)
}

function finite(numbers: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)))
}
