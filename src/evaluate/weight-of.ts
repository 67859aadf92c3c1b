/** The weight of all outcomes of a confusion matrix. */
export function weightOfAll(state: Float64Array, from: number, classes: number): number {
  let total = 0
  for (let i = from; i < from + classes * classes; i++) total += state[i]
  return total
}

/** The weight of the outcomes with a label. */
export function weightOfLabel(state: Float64Array, from: number, classes: number, label: number): number {
  let weight = 0
  for (let i = 0; i < classes; i++) weight += state[from + label * classes + i]
  return weight
}

/** The weight of the outcomes for which a class was predicted. */
export function weightOfPrediction(state: Float64Array, from: number, classes: number, predicted: number): number {
  let weight = 0
  for (let i = 0; i < classes; i++) weight += state[from + i * classes + predicted]
  return weight
}
