/** "Did you mean ...?" for a name that is not among `known`; without a near one, the whole list. */
export function nearest(name: string, known: readonly string[]): string {
  if (known.length === 0) return 'There are none to choose from'
  let best = ''
  let least = Math.max(2, Math.ceil(name.length / 3)) + 1
  for (const candidate of known) {
    const edits = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (edits < least) {
      least = edits
      best = candidate
    }
  }
  return best === '' ? `Use one of: ${known.join(', ')}` : `Did you mean '${best}'? The names are: ${known.join(', ')}`
}

function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      row.push(Math.min(row[j - 1] + 1, above[j] + 1, above[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)))
    }
    above = row
  }
  return above[b.length]
}
