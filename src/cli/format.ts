/** A count for people: 1,234,567. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** A figure with four digits after the point, or '-' where there is none. */
export function formatFigure(value: number | undefined, digits = 4): string {
  return value === undefined || !Number.isFinite(value) ? '-' : value.toFixed(digits)
}

/** A length of time for people: 0.5 s, 45 s, 3 min 20 s, 2 h 5 min. */
export function formatTime(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (ms < 10_000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
