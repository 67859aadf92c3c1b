import type { GrowingTree } from './growing-tree.ts'
import type { LeafSlots } from './leaf-slots.ts'

/**
 * Writes what each column changed in the answer on a row's way down from `root`: at each split the difference between the
 * child's answer and the node's, as they were when the split was made, goes to the column that was tested. The answer is
 * the share of the last of several classes, or the value (Saabas, Interpreting random forests, 2014).
 */
export function explainPath(
  tree: GrowingTree<LeafSlots>,
  root: number,
  row: Float64Array,
  offset: number,
  out: Float64Array,
  at: number,
): void {
  const { nodes, layout } = tree
  out.fill(0, at, at + layout.width)
  let node = root
  while (!nodes.isLeaf(node)) {
    const child = nodes.child(node, row, offset)
    out[at + nodes.column(node)] += tree.valueOf(child) - tree.valueOf(node)
    node = child
  }
}
