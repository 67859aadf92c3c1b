import { AdwinWindow } from '../../drift/adwin-window.ts'
import { SeededRandom } from '../../stats/seeded-random.ts'
import type { BinaryArray } from '../../stats/binary-format.ts'
import { explainPath } from '../trees/explain-path.ts'
import type { GrowingTree, TreeArrays } from '../trees/growing-tree.ts'
import type { LeafSlots } from '../trees/leaf-slots.ts'
import type { ForestParameters } from './forest-parameters.ts'
import { PoissonTable } from './poisson-table.ts'

type Tree = GrowingTree<LeafSlots>
/** Makes an empty tree whose leaves draw their columns from `random`. */
export type MakeTree = (random: SeededRandom) => Tree

const ROOT = 0
const windowOptions = { clock: 32, maxBuckets: 5, minWindowLength: 5, gracePeriod: 10 }

/**
 * One tree of a forest: it learns each row a Poisson number of times; when its errors begin to rise, another tree grows in
 * the background, which learns each row once, as in MOA, and takes its place once the rise is certain.
 */
export class ForestMember {
  private tree: Tree
  private background: Tree | undefined
  private readonly make: MakeTree
  private readonly times: PoissonTable
  private readonly random: SeededRandom
  private warning: AdwinWindow
  private drift: AdwinWindow
  /** Rows seen and right answers of the tree, then of the one in the background. */
  private readonly scores = new Float64Array(4)
  private readonly scratch: Float64Array

  constructor(parameters: ForestParameters, seed: number, make: MakeTree) {
    this.times = new PoissonTable(parameters.lambda)
    this.make = make
    this.random = new SeededRandom(seed)
    this.tree = make(this.random)
    this.warning = new AdwinWindow({ ...windowOptions, delta: parameters.warningDelta })
    this.drift = new AdwinWindow({ ...windowOptions, delta: parameters.driftDelta })
    this.scratch = new Float64Array(Math.max(16, this.tree.outputs))
  }

  plant(): void {
    this.tree.plant()
  }

  /** How much its vote counts: its share of right answers so far. */
  get vote(): number {
    return this.scores[0] > 0 ? this.scores[1] / this.scores[0] : 1
  }

  answer(row: Float64Array, offset: number, clean: boolean, out: Float64Array): void {
    const { tree } = this
    tree.answer(tree.nodes.leafBelow(ROOT, row, offset, clean), row, offset, clean, out, 0)
  }

  /** What each column changed on the row's way down the tree. */
  explain(row: Float64Array, offset: number, out: Float64Array): void {
    explainPath(this.tree, ROOT, row, offset, out, 0)
  }

  /** Writes what the tree says, then learns the row. */
  answerThenLearn(
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    clean: boolean,
    out: Float64Array,
  ): void {
    const { scores, background } = this
    const times = this.times.draw(this.random)
    const wrong = this.step(this.tree, row, offset, label, weight * times, clean, out)
    scores[0]++
    scores[1] += 1 - wrong
    if (background) {
      scores[2]++
      scores[3] += 1 - this.step(background, row, offset, label, times > 0 ? weight : 0, clean, this.scratch)
    }
    if (rose(this.warning, wrong)) this.warn()
    if (rose(this.drift, wrong)) this.replace()
  }

  private step(
    tree: Tree,
    row: Float64Array,
    offset: number,
    label: number,
    weight: number,
    clean: boolean,
    out: Float64Array,
  ): number {
    const leaf = tree.nodes.leafBelow(ROOT, row, offset, clean)
    if (weight > 0) {
      if (tree.answerThenLearn(leaf, row, offset, label, weight, clean, out, 0)) tree.tryToSplit(leaf)
    } else tree.answer(leaf, row, offset, clean, out, 0)
    return tree.error(out, 0, label)
  }

  /** Begins a tree in the background, in place of one that may be there. */
  private warn(): void {
    this.background = this.make(this.random)
    this.background.plant()
    this.scores.fill(0, 2)
    this.warning.reset()
  }

  private replace(): void {
    if (this.background === undefined) this.warn()
    this.tree = this.background as Tree
    this.background = undefined
    this.scores.copyWithin(0, 2)
    this.scores.fill(0, 2)
    this.warning.reset()
    this.drift.reset()
  }

  byteSize(): number {
    const { warning, tree, background } = this
    const window = warning.buckets.byteLength + warning.counts.byteLength + 80
    return tree.byteSize() + (background?.byteSize() ?? 0) + 2 * window + this.scores.byteLength
  }

  /** The state, each array's name after `prefix`. */
  arrays(prefix: string): Record<string, BinaryArray> {
    const { tree, background } = this
    const windows = [this.warning, this.drift].flatMap((window) => [
      ...window.scalars(),
      ...window.counts,
      ...window.buckets,
    ])
    const all: Record<string, BinaryArray> = {
      [`${prefix}.scores`]: this.scores.slice(),
      [`${prefix}.random`]: Float64Array.from(this.random.save()),
      [`${prefix}.windows`]: Float64Array.from(windows),
    }
    for (const [name, array] of Object.entries(tree.arrays())) all[`${prefix}.tree.${name}`] = array
    if (background) {
      for (const [name, array] of Object.entries(background.arrays())) all[`${prefix}.background.${name}`] = array
    }
    return all
  }

  load(prefix: string, arrays: Readonly<Record<string, BinaryArray>>): void {
    const part = (of: string) => {
      const start = `${prefix}.${of}.`
      const names = Object.keys(arrays).filter((name) => name.startsWith(start))
      return Object.fromEntries(names.map((name) => [name.slice(start.length), arrays[name]])) as unknown as TreeArrays
    }
    this.tree.load(part('tree'))
    const background = part('background')
    if (background.feature !== undefined) {
      this.background = this.make(this.random)
      this.background.load(background)
    }
    this.scores.set(arrays[`${prefix}.scores`])
    this.random.load(arrays[`${prefix}.random`])
    const saved = arrays[`${prefix}.windows`] as Float64Array
    let at = 0
    const take = (count: number) => saved.subarray(at, (at += count))
    for (const window of [this.warning, this.drift]) {
      window.setScalars(take(window.scalars().length))
      window.counts.set(take(window.counts.length))
      window.buckets.set(take(window.buckets.length))
    }
  }
}

/** Takes an error; says whether the errors have risen. */
function rose(window: AdwinWindow, wrong: number): boolean {
  return window.add(wrong) && window.lastCut.after > window.lastCut.before
}
