import type { SeededRandom } from '../stats/seeded-random.ts'

/** Changes, cuts off or deletes a blob of a snapshot; says which. Undefined when there is none. */
export function corruptBlob(blobs: Map<string, Uint8Array>, random: SeededRandom): string | undefined {
  const names = [...blobs.keys()].filter((name) => !name.startsWith('schema-'))
  if (names.length === 0) return undefined
  const name = names[random.nextInt(names.length)]
  const bytes = new Uint8Array(blobs.get(name) as Uint8Array)
  const how = ['changed', 'cut off', 'gone'][random.nextInt(3)]
  if (how === 'gone') blobs.delete(name)
  else if (how === 'cut off') blobs.set(name, bytes.subarray(0, random.nextInt(bytes.length)))
  else {
    bytes[random.nextInt(bytes.length)] ^= 1 + random.nextInt(255)
    blobs.set(name, bytes)
  }
  return `blob ${name} is ${how}`
}
