import type { KeyTable } from '../features/key-table.ts'
import type { Pages } from '../stats/pages.ts'

/** Which slots of a table have a key: one flag a slot. */
export function knownSlots(table: KeyTable): Uint8Array {
  const { values } = holdsOf(table)
  return Uint8Array.from({ length: table.slots }, (_, slot) => Number(values[slot] >= 0))
}

/** Lets go of all that pending rows refer to. */
export function releaseSlots(table: KeyTable): void {
  const known = knownSlots(table)
  const { values } = holdsOf(table)
  for (let slot = 0; slot < known.length; slot++) while (known[slot] === 1 && values[slot] >= 2) table.release(slot)
}

function holdsOf(table: KeyTable): Pages<Int32Array> {
  return table.regions().holds as Pages<Int32Array>
}
