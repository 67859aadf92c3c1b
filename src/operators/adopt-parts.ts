import { Pages } from '../stats/pages.ts'
import type { StatePart } from '../stats/state-region.ts'
import type { LearningState } from './learning-state.ts'
import { knownSlots, releaseSlots } from './known-slots.ts'
import { isCategories } from './rebuildable-paths.ts'

/** Before history is walked: keys that are known stay in their slots, whatever their time to live says. */
export function holdKeys({ keyed }: LearningState): void {
  for (const table of keyed.tables) {
    const known = knownSlots(table)
    for (let slot = 0; slot < known.length; slot++) if (known[slot] === 1) table.retain(slot)
  }
}

/**
 * Puts what another state has made of history into these parts of a state that was loaded, before its `loaded`. The rows that
 * wait for their labels get what the same rows in history have: new columns, and the keys that their labels feed.
 */
export function adoptParts(state: LearningState, history: LearningState, paths: readonly string[]): void {
  const { graph } = state
  graph.keys.forEach(({ path }, key) => {
    if (!paths.includes(path)) history.keyed.clearStrangers(key, state.keyed.tables[key])
    else releaseSlots(history.keyed.tables[key])
  })
  const sources = new Map(history.parts().map((part) => [part.path, part]))
  for (const part of state.parts()) {
    const isNaming = isCategories(part.path) && sources.has(part.path) // has what was there, and what history added
    if (part.path === 'models' || !(paths.includes(part.path) || isNaming)) continue
    copy(sources.get(part.path) as StatePart, part)
  }
  if (paths.includes('models')) state.models.adopt(history.models, history.count('learned'))
  completeWaiting(state, history)
}

function copy(from: StatePart, to: StatePart): void {
  const source = from.state.regions()
  for (const [name, region] of Object.entries(to.state.regions())) {
    const other = source[name]
    if (region instanceof Pages && other instanceof Pages) {
      const { length } = other
      region.values = other.values.slice()
      region.length = 0
      region.resize(length)
    } else if (!(region instanceof Pages) && !(other instanceof Pages)) region.load(other.save())
  }
  to.state.loaded?.()
}

/** Gives waiting rows what they would have, had the stream always been as it is: the new columns, and the keys that labels feed. */
function completeWaiting(state: LearningState, history: LearningState): void {
  const rows = new Map<string, number>()
  for (let row = history.pending.oldest; row >= 0; row = history.pending.newerThan(row)) {
    rows.set(nameOf(history, row), row)
  }
  const { layout, pending, keyed, newColumns } = state
  const source = history.pending.rows.values
  const { values } = pending.rows
  const known = keyed.tables.map(knownSlots)
  for (let row = pending.oldest; row >= 0; row = pending.newerThan(row)) {
    const same = rows.get(nameOf(state, row))
    if (same === undefined) continue
    const from = same * history.layout.width
    const at = row * layout.width
    for (const column of newColumns) values[at + layout.row + column] = source[from + history.layout.row + column]
    layout.keys.forEach((key, k) => {
      const slot = source[from + history.layout.labelKeys + k]
      if (values[at + layout.labelKeys + k] >= 0 || known[key][slot] !== 1) return
      values[at + layout.labelKeys + k] = slot
      keyed.tables[key].retain(slot)
    })
    pending.rows.touchRange(at, at + layout.width)
  }
}

/** A waiting row by its event's key and times. */
function nameOf({ pending, layout }: LearningState, row: number): string {
  const at = row * layout.width
  const key = pending.keyOf(row)
  const { values } = pending.rows
  return `${values[at + layout.arrival]} ${values[at + layout.eventTime]} ${key < 0 ? '' : pending.keys.text(key)}`
}
