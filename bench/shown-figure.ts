import { type Figure, isMet } from './bench-result.ts'

/** A figure in the words of console and table: four digits, more would be noise; all of one that was the same each time. */
export function shownFigure(figure: Figure): { what: string; value: string; spread: string; wanted: string } {
  const { what, unit, median, least, most, bar } = figure
  const digits = least === most ? 6 : 4
  const shown = (value: number): string =>
    value.toLocaleString('en-US', { maximumSignificantDigits: Math.abs(value) >= 1000 ? 15 : digits })
  const wanted = bar === undefined ? '' : 'atLeast' in bar ? `≥ ${shown(bar.atLeast)}` : `≤ ${shown(bar.atMost)}`
  return {
    what,
    value: unit === '' ? shown(median) : `${shown(median)} ${unit}`,
    spread: `${shown(least)} to ${shown(most)}`,
    wanted: isMet(figure) ? wanted : `${wanted}, MISSED`,
  }
}
