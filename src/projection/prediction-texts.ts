/** The fields and values of a prediction's hash, one after the other: what is null is left out, and a map is JSON. */
export function predictionTexts(prediction: object): string[] {
  const texts: string[] = []
  for (const [field, value] of Object.entries(prediction)) {
    if (value === null) continue
    texts.push(field, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  return texts
}
