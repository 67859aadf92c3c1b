import { algorithmName } from '../operators/algorithm-name.ts'
import type { LearningState } from '../operators/learning-state.ts'
import { endOf, type JournalRecord } from '../task/journal-record.ts'
import { SEQUENCES } from '../task/output-writer.ts'
import type { Task } from '../task/task.ts'
import type { CommitFigures, ModelFigures, ScoreFigures, TaskProgress } from '../telemetry/committed-figures.ts'
import type { FiguresSource } from '../telemetry/committed-view.ts'
import { labelCounters } from '../telemetry/label-counters.ts'

/** Reads the figures of a running task, which may be ahead of what is committed. */
export class TaskFigures implements FiguresSource {
  private readonly task: Task

  constructor(task: Task) {
    this.task = task
  }

  progress(): TaskProgress {
    const { learning, sequences, control } = this.task.recovered.state
    const counted: Record<string, number> = {
      predictions: sequences.values[SEQUENCES.predictions],
      signals: sequences.values[SEQUENCES.signals],
      modelEvents: sequences.values[SEQUENCES.models],
      deadLetters: sequences.values[SEQUENCES.deadLetters],
    }
    for (const counter of labelCounters) counted[counter] = learning.count(counter)
    return {
      streamTimeMs: learning.count('nowMs'),
      isPaused: control.paused,
      nextCommand: control.position,
      pending: learning.pending.count,
      cohortDays: learning.evaluation.cohortDays,
      counters: counted,
      models: modelFigures(learning),
    }
  }

  scores(): ScoreFigures[] {
    const { learning } = this.task.recovered.state
    const { evaluation, models } = learning
    const [served, ...baselines] = evaluation.read()
    const scores: ScoreFigures[] = [{ ...served, role: 'champion', model: 'served' }]
    models.slots.forEach((slot, s) => {
      if (slot === undefined || s === models.champion) return
      scores.push({ ...evaluation.readSlot(s, slot.version), role: slot.role, model: slot.version })
    })
    for (const baseline of baselines) scores.push({ ...baseline, role: 'baseline', model: baseline.name })
    return scores.map(({ role, model, outcomes, whole, rolling, fading, cohorts }) => {
      return { role, model, outcomes, whole, rolling, fading, cohorts }
    })
  }

  isAt(commit: CommitFigures): boolean {
    const { task } = this
    if (!task.isSettled || task.committed.seq !== commit.seq) return false // the next one is on its way
    return task.recovered.computation.positions().every((position, i) => position === commit.positions[i])
  }
}

/** What a journal record says of its commit. */
export function commitFigures(record: JournalRecord): CommitFigures {
  const { seq, incarnation, partitions, snapshots } = record
  return { seq, incarnation, partitions, positions: endOf(record), snapshots }
}

function modelFigures(learning: LearningState): ModelFigures[] {
  const { models, graph } = learning
  return models.slots.flatMap((slot): ModelFigures[] => {
    if (slot === undefined) return []
    const { version, role, parent, born } = slot
    const { model, challengers } = graph.model
    const algorithm = algorithmName(slot.description === 0 ? model : challengers[slot.description - 1])
    return [{ version, role, parent: parent === '' ? null : parent, algorithm, born }]
  })
}
