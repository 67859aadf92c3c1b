// Integer arithmetic on the proleptic Gregorian calendar instead of Intl, whose answers differ between runtimes.

const MINUTE = 60_000
const MINUTES_A_DAY = 1440

/** Hour of the day, 0 to 23, of a UTC timestamp in milliseconds, seen at a fixed offset from UTC; NaN gives NaN. */
export function hourOfDay(timeMs: number, offsetMinutes = 0): number {
  return Math.floor(minuteOfDay(timeMs, offsetMinutes) / 60)
}

/** Minute of the day, 0 to 1,439, of a UTC timestamp in milliseconds, seen at a fixed offset from UTC; NaN gives NaN. */
export function minuteOfDay(timeMs: number, offsetMinutes = 0): number {
  const minutes = Math.floor(timeMs / MINUTE) + offsetMinutes
  return minutes - Math.floor(minutes / MINUTES_A_DAY) * MINUTES_A_DAY
}

/** Day of the week, 0 = Monday to 6 = Sunday, of a UTC timestamp in milliseconds, seen at a fixed offset from UTC; NaN gives NaN. */
export function dayOfWeek(timeMs: number, offsetMinutes = 0): number {
  const sinceMonday = dayOf(timeMs, offsetMinutes) + 3 // 1970-01-01 was a Thursday
  return sinceMonday - Math.floor(sinceMonday / 7) * 7
}

/** Whether a UTC timestamp in milliseconds, seen at a fixed offset from UTC, falls on Saturday or Sunday; NaN does not. */
export function isWeekend(timeMs: number, offsetMinutes = 0): boolean {
  return dayOfWeek(timeMs, offsetMinutes) >= 5
}

/** Day of the month, 1 to 31, of a UTC timestamp in milliseconds, seen at a fixed offset from UTC; NaN gives NaN. */
export function dayOfMonth(timeMs: number, offsetMinutes = 0): number {
  const dayOfYear = dayOfMarchYear(dayOf(timeMs, offsetMinutes))
  return dayOfYear - Math.floor((153 * marchMonth(dayOfYear) + 2) / 5) + 1
}

/** Month of the year, 1 = January to 12 = December, of a UTC timestamp in milliseconds, seen at a fixed offset from UTC; NaN gives NaN. */
export function monthOfYear(timeMs: number, offsetMinutes = 0): number {
  const month = marchMonth(dayOfMarchYear(dayOf(timeMs, offsetMinutes)))
  return month < 10 ? month + 3 : month - 9
}

/** Days since 1970-01-01. */
function dayOf(timeMs: number, offsetMinutes: number): number {
  return Math.floor((Math.floor(timeMs / MINUTE) + offsetMinutes) / MINUTES_A_DAY)
}

/** Days since the last 1 March: years that begin in March have their leap day at the end. Source: Hinnant, chrono-compatible low-level date algorithms (2013). */
function dayOfMarchYear(day: number): number {
  const sinceEra = day + 719_468 // days since 0000-03-01
  const dayOfEra = sinceEra - Math.floor(sinceEra / 146_097) * 146_097 // eras of 400 years
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const year = Math.floor((dayOfEra - leapDays) / 365)
  return dayOfEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
}

/** Month of a day of the March year, 0 = March. */
function marchMonth(dayOfYear: number): number {
  return Math.floor((5 * dayOfYear + 2) / 153)
}
