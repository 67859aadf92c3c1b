const markers = new Set(['', 'na', 'n/a', '#n/a', '<na>', 'nan', 'null', 'none', '?', '-'])
const LONGEST = 8 // with spaces around

/** Whether a text in a column of numbers, booleans or times says that there is no value: empty, NA, NaN, null, None, ? and the like. */
export function isMissing(text: string): boolean {
  return text.length <= LONGEST && markers.has(text.trim().toLowerCase())
}
