import type { LearningState } from './learning-state.ts'

const MODELS = ['models', 'drift.loss'] // what a detector has seen is the loss of the models

/** Of these paths that begin anew, those whose state can be made again from history: features with their keys and categories, models, also where only some of them begin anew, baselines. */
export function rebuildablePaths({ graph, rows, keyed, models }: LearningState, reset: readonly string[]): string[] {
  const paths = models.beginsAnew ? [...reset, 'models'] : reset
  const parts = [...rows.parts(), ...keyed.parts()].map(({ path }) => path)
  const possible = new Set([...parts, 'baselines', ...(paths.includes('models') ? MODELS : [])])
  if (graph.model.drift.loss === undefined) possible.delete('drift.loss')
  return paths.filter((path) => possible.has(path))
}

/** Paths of what gives keys their slots and categories their codes: where these are kept, history must be read by them. */
export function namingPaths({ graph, rows, keyed }: LearningState): string[] {
  const categories = [...rows.parts(), ...keyed.parts()].map(({ path }) => path).filter(isCategories)
  return [...categories, ...graph.keys.map(({ path }) => path), 'label.classes']
}

/** Whether a part is what gives categories or classes their codes. */
export function isCategories(path: string): boolean {
  return path.endsWith('.categories') || path === 'label.classes'
}
