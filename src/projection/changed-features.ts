import type { LearningState } from '../operators/learning-state.ts'
import { TouchedKeys } from '../operators/touched-keys.ts'
import type { RowColumn } from '../stream/graph.ts'

/** A column of the rows that follows from one key: a keyed feature, or the ratio of two. */
interface KeyedColumn {
  readonly name: string
  readonly node: number
  /** -1: no ratio. */
  readonly divisor: number
  /** Whether labels feed it: then it is read as of arrival time, else as of event time. */
  readonly byLabels: boolean
}

/**
 * The values of keyed features whose keys were fed since they were last read: the first time, of all keys. Folds are left
 * out, because they read an event beside the key, and so are ratios over two keys.
 */
export class ChangedFeatures {
  private readonly learning: LearningState
  private readonly touched: TouchedKeys
  private readonly columns: readonly (readonly KeyedColumn[])[]

  /** Notes from now on which keys of the state are fed. */
  constructor(learning: LearningState) {
    const { graph, keyed } = learning
    this.learning = learning
    this.columns = graph.keys.map((_, key) => graph.model.columns.flatMap((column) => columnOf(learning, column, key)))
    this.touched = new TouchedKeys(graph.keys.length)
    this.touched.newestEventMs = learning.count('nowMs')
    keyed.touched = this.touched
    this.touchAll()
  }

  /** All keys are to be read anew. */
  touchAll(): void {
    this.learning.keyed.tables.forEach((table, key) => this.touched.touchAll(key, table.slots))
  }

  /** Reads the features of up to `most` keys of each table; `take` gets null where a feature has nothing to say of a key. */
  read(most: number, take: (feature: string, key: string, value: string | null) => void): void {
    const { learning, touched, columns } = this
    const { keyed } = learning
    const nowMs = learning.count('nowMs')
    for (let key = 0; key < columns.length; key++) {
      for (let i = 0; i < most; i++) {
        const slot = touched.take(key)
        if (slot < 0) break
        if (columns[key].length === 0) continue
        const name = keyed.tables[key].text(slot)
        if (name === '') continue // freed since
        for (const column of columns[key]) {
          take(column.name, name.replaceAll(' | ', '|'), this.valueOf(column, slot, nowMs))
        }
      }
    }
  }

  private valueOf({ node, divisor, byLabels }: KeyedColumn, slot: number, nowMs: number): string | null {
    const { keyed } = this.learning
    const timeMs = byLabels ? nowMs : this.touched.newestEventMs
    const value = keyed.readAt(node, slot, timeMs)
    const categories = keyed.categories[node]
    if (categories !== undefined) return categories.text(value) ?? null
    const ratio = divisor < 0 ? value : value / keyed.readAt(divisor, slot, timeMs)
    return Number.isFinite(ratio) ? String(ratio) : null
  }
}

function columnOf({ graph }: LearningState, { name, from }: RowColumn, key: number): KeyedColumn[] {
  if (from.kind === 'column') return []
  const [node, divisor] = from.kind === 'keyed' ? [from.node, -1] : [from.numerator, from.denominator]
  const isOfKey = [node, ...(divisor < 0 ? [] : [divisor])].every((one) => graph.keyed[one].key === key)
  if (!isOfKey || graph.keyed[node].feature === undefined) return []
  return [{ name, node, divisor, byLabels: graph.keyed[node].events < 0 }]
}
