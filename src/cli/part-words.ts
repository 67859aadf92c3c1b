/** Parts of a stream's state in the words of its file, and how many others there are: those that no file names. */
export interface PartWords {
  readonly items: readonly string[]
  readonly internal: number
}

const named: readonly (readonly [path: RegExp, words: string])[] = [
  [/^features\.(.+?)(?:\.categories)?$/, 'feature $1'],
  [/^models$/, 'the models'],
  [/^baselines$/, 'the baselines'],
  [/^baselines\.(.+)$/, 'baseline $1'],
  [/^metrics\..+$/, 'the metrics'],
  [/^drift\..+$/, 'the drift detector'],
  [/^label\.pending$/, 'the rows that wait for labels'],
]

/** The paths of parts in words, each once, in their order. */
export function partWords(paths: readonly string[]): PartWords {
  const items = new Set<string>()
  let internal = 0
  for (const path of paths) {
    const words = partName(path)
    if (words === undefined) internal++
    else items.add(words)
  }
  return { items: [...items], internal }
}

/** A part in words; undefined for one that no stream file names. */
export function partName(path: string): string | undefined {
  const found = named.find(([pattern]) => pattern.test(path))
  return found && path.replace(found[0], found[1])
}

/** Such as `feature amount, the models and 3 internal parts`. */
export function partList({ items, internal }: PartWords): string {
  const rest = internal === 1 ? '1 internal part' : `${internal} internal parts`
  if (items.length === 0) return rest
  return internal === 0 ? items.join(', ') : `${items.join(', ')} and ${rest}`
}
