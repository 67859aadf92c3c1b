const SMALLEST = 1e-9 // rounding errors are nothing
const SMALL = 1e-4

/** How many digits a figure of this size has after the point: four below 10, none from 10,000 on, more where four would show none. */
export function reportFigureDigits(value: number): number {
  const size = Math.abs(value)
  if (size >= SMALLEST && size < SMALL) {
    let digits = 6
    for (let bound = SMALL / 10; size < bound; bound /= 10) digits++
    return digits
  }
  let digits = 4
  for (let bound = 10; size >= bound && digits > 0; bound *= 10) digits--
  return digits
}

/** A figure with about five significant digits: 0.4283, 262.50, 87,528; or a dash where there is none. */
export function reportFigure(value: number | undefined, digits = reportFigureDigits(value ?? 0)): string {
  if (value === undefined || !Number.isFinite(value)) return '–'
  const [whole, fraction] = value.toFixed(digits).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return fraction === undefined ? grouped : `${grouped}.${fraction}`
}

/** A whole number: 1,234,567. */
export function reportFigureCount(value: number): string {
  return reportFigure(Math.round(value), 0)
}
