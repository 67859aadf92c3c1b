import type { GateReport } from '../evaluate/paired-gate.ts'
import type { ModelScores } from '../evaluate/scoreboard.ts'
import type { ModelPlan } from '../stream/graph.ts'
import type { ModelEvent } from './graph-output.ts'
import type { ModelSlot, ModelSlots } from './model-slots.ts'

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
    this.output.push({
      kind,
      version,
      parent: parent === '' ? null : parent,
      time,
      algorithm: this.algorithm(description),
      reason,
      requestedBy: details.requestedBy ?? null,
      numbers: finite(details.numbers ?? {}),
      blob: details.blob ?? null,
      digest: details.digest ?? null,
    })
  }

  /** Tells what a change of the stream made of its models. */
  tell(models: ModelSlots, time: number): void {
    for (const { kind, reason, ...what } of models.changes) this.add(kind, what, time, reason)
    models.changes = []
  }

  /** The name of a description, with its steps where it is a pipeline. */
  private algorithm(description: number): string {
    const { algorithm, parameters } = description === 0 ? this.plan.model : this.plan.challengers[description - 1]
    const { steps } = parameters as { readonly steps?: readonly { readonly algorithm: string }[] }
    return steps === undefined ? algorithm : `${algorithm}(${steps.map((step) => step.algorithm).join(', ')})`
  }
}

/** A model's metrics over all its outcomes. */
export function scoreNumbers({ outcomes, whole }: ModelScores): Record<string, number> {
  return finite({ outcomes, ...whole.values })
}

/** A gate's numbers, for an event. */
export function gateNumbers(report: GateReport): Record<string, number> {
  return Object.fromEntries(Object.entries(report).filter(([, value]) => typeof value === 'number'))
}

function finite(numbers: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => Number.isFinite(value)))
}
