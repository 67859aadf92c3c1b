const Z = 1.96 // of a 95 % interval

/** A figure with four digits after the point, or a dash where there is none. */
export function reportFigure(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(4)
}

/** A figure with its 95 % interval, where it has one. */
export function reportFigureInterval(value: number | undefined, standardError: number | undefined): string {
  if (standardError === undefined || !Number.isFinite(standardError)) return reportFigure(value)
  return `${reportFigure(value)} ± ${(Z * standardError).toFixed(4)}`
}

/** A whole number: 1,234,567. */
export function reportFigureCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}
